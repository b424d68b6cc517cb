import { chmodSync, cpSync, readFileSync, readdirSync } from 'node:fs';
import { loadConfig } from '../../../src/config/load.ts';
import { absolutePath, type AbsolutePath } from '../../../src/model/brands.ts';
import { installPackages } from '../../../src/packages/install.ts';
import { checkout } from '../../helpers/paths.ts';
import { aptRequest, sys } from './support.ts';

export interface SystemHost {
  readonly root: AbsolutePath;
  /** Has the archives of all that is installed. */
  readonly archives: AbsolutePath;
}

/** A host like this machine, with every package of an initrd and `more` installed and not one archive in a cache. */
export async function systemHost(more: readonly string[] = []): Promise<SystemHost> {
  const request = aptRequest([...defaultPackages(), 'apt', ...more]);
  const { root } = await installPackages(sys, request);
  for (const path of ['var/lib/apt/lists', 'etc/apt']) {
    cpSync(`/${path}`, `${root}/${path}`, { recursive: true });
  }
  chmodSync(`${root}/var/lib/apt/lists`, 0o755);
  return { root, archives: absolutePath(`${request.workspace}/apt/archives`) };
}

/** The archives that apt would have left in its cache had it installed the host. */
export function fillCache({ root, archives }: SystemHost): void {
  for (const name of readdirSync(archives)) {
    if (name.endsWith('.deb')) {
      cpSync(`${archives}/${name}`, `${root}/var/cache/apt/archives/${name}`);
    }
  }
}

/** The names in the drop-ins for this machine's distribution. */
export function defaultPackages(): readonly string[] {
  const osRelease = readFileSync('/etc/os-release', 'utf8');
  const id = /^ID=(\w+)/m.exec(osRelease)?.[1] ?? 'debian';
  const release = /^VERSION_CODENAME=(\w+)/m.exec(osRelease)?.[1];
  const { packages } = loadConfig(sys, {
    hostRoot: absolutePath('/'),
    vendorDirectory: absolutePath(`${checkout}/dropins`),
    facts: {
      distribution: id,
      distributionLike: ['debian'],
      release: release === undefined ? [] : [release],
      architecture: 'x86-64',
      systemdVersion: undefined,
      storageKnown: false,
    },
    profiles: [],
    suggestedProfiles: [],
    assignments: [],
    generic: true,
  });
  return packages.map(({ value }) => value);
}
