import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AbsolutePath } from '../../src/model/brands.ts';
import { buildCommand } from '../helpers/image.ts';
import { machineKernel, type Kernel } from '../helpers/kernel.ts';
import { pacmanDistribution } from '../helpers/pacman-distribution.ts';
import { wanted } from '../helpers/rpm/debs.ts';
import type { RpmManager } from '../helpers/rpm/hosts.ts';
import { cleanUp as cleanUpRpm, throwAwayRpmHost } from '../helpers/rpm/request.ts';
import { runOk } from '../helpers/run.ts';
import { cleanUp, temporary } from '../packages/apt/support.ts';
import { fillCache, systemHost } from '../packages/apt/system-host.ts';
import { median } from './median.ts';

// A first build by each package manager: its caches full, ours empty, no network. The hosts of dnf, zypper and pacman
// are small distributions made of Debian 13's packages, that of apt is this machine's: times are of like work, sizes
// are not those of the distributions.

interface Row {
  readonly name: string;
  readonly host: AbsolutePath | undefined;
  readonly seconds: number[];
}

/** Lines of a table; the managers take turns. */
export async function managerTable(runs: number, directory: string): Promise<readonly string[]> {
  const kernel = machineKernel();
  if (kernel === undefined) return ['no kernel: run tests/helpers/setup.sh'];
  try {
    const rows: readonly Row[] = [
      { name: 'apt', host: await aptHost(), seconds: [] },
      { name: 'dnf 4', host: await rpmHost('dnf4'), seconds: [] },
      { name: 'zypper', host: await rpmHost('zypper'), seconds: [] },
      { name: 'pacman', host: await pacmanHost(), seconds: [] },
    ];
    for (let round = 0; round <= runs; round += 1) {
      for (const { name, host, seconds } of rows) {
        if (host === undefined) continue;
        const taken = await firstBuild(kernel, host, join(directory, name));
        // The first round fills the machine's own caches.
        if (round > 0) seconds.push(taken);
      }
    }
    return [
      `${'first build, median'.padEnd(26)}${['s', 'packages', 'MiB'].map((head) => head.padStart(16)).join('')}`,
      ...rows.map(({ name, host, seconds }) =>
        host === undefined
          ? `${name}: no fixture, left out`
          : name.padEnd(26) + describe(seconds, join(directory, name)),
      ),
    ];
  } finally {
    cleanUp();
    cleanUpRpm();
  }
}

async function firstBuild(kernel: Kernel, host: AbsolutePath, target: string): Promise<number> {
  rmSync(join(host, 'var/cache/pkginitrd'), { recursive: true, force: true });
  mkdirSync(target, { recursive: true });
  const options = ['--offline', '--host-root', host];
  const ran = await runOk(['unshare', '--net', ...buildCommand(kernel, target), ...options]);
  return ran.milliseconds / 1000;
}

function describe(seconds: readonly number[], directory: string): string {
  const initrd = join(directory, 'initrd');
  const packages = readFileSync(`${initrd}.manifest.json`, 'utf8').match(/"origin":/g)?.length ?? 0;
  const cells = [
    median(seconds).toFixed(1),
    `${packages}`,
    (statSync(initrd).size / 2 ** 20).toFixed(1),
  ];
  return cells.map((cell) => cell.padStart(16)).join('');
}

async function aptHost(): Promise<AbsolutePath> {
  const host = await systemHost();
  fillCache(host);
  return host.root;
}

async function rpmHost(manager: RpmManager): Promise<AbsolutePath | undefined> {
  const host = await throwAwayRpmHost(manager);
  if (host === undefined) return undefined;
  mkdirSync(join(host.root, 'etc/pkginitrd'), { recursive: true });
  const dropIn = `[Content]\nPackages=${wanted.join(' ')}\n`;
  writeFileSync(join(host.root, 'etc/pkginitrd/20-testrpm.conf'), dropIn);
  return host.root;
}

async function pacmanHost(): Promise<AbsolutePath | undefined> {
  const made = await pacmanDistribution();
  if (made === undefined) return undefined;
  const copy = temporary('pacman-host');
  await runOk(['cp', '-a', '--reflink=auto', `${made.host}/.`, copy]);
  return copy;
}
