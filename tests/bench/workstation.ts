import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { absolutePath } from '../../src/model/brands.ts';
import { deploy } from '../helpers/kernel-install.ts';
import { checkout } from '../helpers/paths.ts';
import { type Ran, explain } from '../helpers/run.ts';
import { plant } from '../helpers/scratch.ts';
import { plainRoot } from '../hosts/hosts.ts';
import { type ThrowAwayHost, openHost } from '../helpers/throw-away-host.ts';
import { output } from './generators.ts';

// Packages of a workstation: without them an image for any machine is smaller than its user will ever see it.
const firmware = [
  'amd64-microcode',
  'intel-microcode',
  'firmware-linux-free',
  'firmware-misc-nonfree',
  'firmware-amd-graphics',
  'firmware-intel-graphics',
  'firmware-atheros',
  'firmware-iwlwifi',
  'firmware-realtek',
];

/** Where a build of ours leaves its own peak memory in KiB. */
export const memoryFile = `${output}/memory`;

/** A Debian 13 with the product and firmware packages, in a directory that is made. */
export async function workstation(directory: string): Promise<ThrowAwayHost> {
  mkdirSync(directory);
  const host = openHost(directory, 'trixie');
  if (host === undefined) throw new Error('No fixture: run tests/helpers/setup.sh');
  await deploy(host, {});
  mkdirSync(join(host.upper, output), { recursive: true });
  const measuring = await installInHost(host, ['time', 'zstd']);
  if (measuring.code !== 0) throw new Error(explain(['apt-get', 'install', 'time'], measuring));
  const firmware = await installFirmware(host);
  if (firmware.code !== 0) {
    process.stdout.write(`No firmware packages, sizes are without:\n${firmware.stderr}\n`);
  }
  // mkosi-initrd does without firmware, but not without its directory.
  mkdirSync(join(host.upper, 'usr/lib/firmware'), { recursive: true });
  host.write(
    `${output}/memory.mjs`,
    `import { writeFileSync } from 'node:fs';
process.on('exit', () => writeFileSync('${memoryFile}', String(process.resourceUsage().maxRSS)));\n`,
  );
  // An overlay or a directory of another system cannot say that / lies on a disk of the machine.
  plant(absolutePath(host.upper), plainRoot);
  const loaded = readFileSync(join(checkout, 'tests/helpers/loaded-modules'), 'utf8');
  host.write(`${output}/loaded-modules`, loaded);
  return host;
}

/** Debian's firmware packages, from a part of its archive that a minimal system does not know. */
async function installFirmware(host: ThrowAwayHost): Promise<Ran> {
  host.write(
    '/etc/apt/sources.list.d/firmware.list',
    'deb http://deb.debian.org/debian trixie non-free-firmware\n',
  );
  const updated = await host.enter(['apt-get', '-q', 'update']);
  return updated.code === 0 ? installInHost(host, firmware) : updated;
}

export async function installInHost(
  host: ThrowAwayHost,
  packages: readonly string[],
): Promise<Ran> {
  const argv = ['apt-get', '-q', '-y', '--no-install-recommends', 'install', ...packages];
  return host.enter(argv, { DEBIAN_FRONTEND: 'noninteractive' });
}
