import type { Command } from '../../model/sys.ts';
import type { PackageRequest } from '../driver.ts';
import type { Scope } from './front-end.ts';
import { installedRepository } from './index.ts';
import { inside, managerSandbox } from './layout.ts';

/** The words in which dnf 4 and dnf 5 differ. */
export interface DnfDialect {
  readonly program: string;
  /** Nothing but the cache is used, for metadata and for packages. */
  readonly cacheOnly: readonly string[];
  /** Packages may be fetched, the metadata stays as it is. */
  readonly withNetwork: readonly string[];
  /** Stops it when all is fetched and checked. */
  readonly fetchOnly: readonly string[];
  /** Which configuration an empty system is given. */
  readonly configuration: readonly string[];
}

export const dnf4: DnfDialect = {
  program: 'dnf',
  cacheOnly: ['--cacheonly'],
  withNetwork: ['--setopt=metadata_expire=never'],
  fetchOnly: ['--downloadonly'],
  // An installroot without its own gets the host's.
  configuration: [],
};

export const dnf5: DnfDialect = {
  program: 'dnf5',
  cacheOnly: ['--cacheonly'],
  withNetwork: ['--setopt=metadata_expire=never', '--setopt=cacheonly=metadata'],
  // With --downloadonly it checks no signatures; this tries the installation, which comes after them.
  fetchOnly: ['--setopt=tsflags=test'],
  configuration: ['--use-host-config'],
};

/** Prints a table of everything that the request comes to, and stops there. */
export function resolveCommand(
  dialect: DnfDialect,
  request: PackageRequest,
  wanted: readonly string[],
  scope: Scope,
): Command {
  return {
    argv: [
      dialect.program,
      ...[...options(dialect, request), ...dialect.cacheOnly, ...inScope[scope]],
      ...['--assumeno', 'install', ...wanted],
    ],
    // 1 is "Operation aborted" and every error.
    okExit: [0, 1],
    env,
    sandbox: managerSandbox(request, false),
    purpose: 'Resolve the packages',
  };
}

/** Fetches what the cache lacks, and checks digests and signatures of all. */
export function downloadCommand(
  dialect: DnfDialect,
  request: PackageRequest,
  wanted: readonly string[],
  network: boolean,
): Command {
  return {
    argv: [
      dialect.program,
      ...options(dialect, request),
      ...(network ? dialect.withNetwork : dialect.cacheOnly),
      ...['--setopt=keepcache=1', ...dialect.fetchOnly, '--assumeyes', 'install', ...wanted],
    ],
    okExit: [0, 1],
    env,
    sandbox: managerSandbox(request, network),
    purpose: 'Fetch the packages',
  };
}

/** A repository of nothing but metadata, which are in the cache by the name that this gives it. */
export const installedUrl = `file://${inside.state}/installed`;

const withInstalled = [
  `--repofrompath=${installedRepository},${installedUrl}`,
  `--setopt=${installedRepository}.gpgcheck=0`,
  // What a repository has as well is taken from there.
  `--setopt=${installedRepository}.priority=199`,
];

const inScope = {
  repositories: [],
  both: withInstalled,
  installed: [...withInstalled, `--repo=${installedRepository}`],
} satisfies Record<Scope, readonly string[]>;

const env = { LC_ALL: 'C.UTF-8', RPM_FORCE_DEBIAN: '1' };

// With --installroot the cache would be looked for below it, wherever the configuration has it, but for an option. The
// release is the host's, so that names of repositories and with them of caches are the same.
function options({ configuration }: DnfDialect, { plan }: PackageRequest): readonly string[] {
  return [
    ...[`--installroot=${inside.empty}`, '--releasever=/', ...configuration],
    ...[`--setopt=cachedir=${inside.cache}`, `--setopt=system_cachedir=${inside.cache}`].slice(
      0,
      configuration.length === 0 ? 1 : 2,
    ),
    `--setopt=install_weak_deps=${plan.withRecommends ? 1 : 0}`,
  ];
}
