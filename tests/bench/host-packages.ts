import type { Ran } from '../helpers/run.ts';
import type { ThrowAwayHost } from '../helpers/throw-away-host.ts';

// What a workstation has: without it an image for any machine is smaller than its user will ever see it.
const firmware = [
  'firmware-linux-free',
  'firmware-misc-nonfree',
  'firmware-amd-graphics',
  'firmware-intel-graphics',
  'firmware-atheros',
  'firmware-iwlwifi',
  'firmware-realtek',
];

/** Debian's firmware packages, from a part of its archive that a minimal system does not know. */
export async function installFirmware(host: ThrowAwayHost): Promise<Ran> {
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
