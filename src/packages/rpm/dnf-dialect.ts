import type { PackageRequest } from '../../model/package-request.ts';
import { inside } from './layout.ts';

/** The words in which dnf 4 and dnf 5 differ. */
export interface DnfDialect {
  readonly program: string;
  /** The name of its directory in /var/cache: REPOSITORY-HASH/repodata and REPOSITORY-HASH/packages in both. */
  readonly cache: string;
  /** The key of dnf.conf that moves it. */
  readonly cacheKey: string;
  /** Metadata and packages come out of the cache alone. */
  readonly cacheOnly: readonly string[];
  /** Packages may be fetched, the metadata stays as it is. */
  readonly withNetwork: readonly string[];
  /** Stops it when all is fetched and checked. */
  readonly fetchOnly: readonly string[];
  /** Options for the place of its cache, beside cachedir. */
  readonly cacheOptions: readonly string[];
  /** Which configuration an empty system is given. */
  readonly configuration: readonly string[];
}

export const dnf4: DnfDialect = {
  program: 'dnf',
  cache: 'dnf',
  cacheKey: 'cachedir',
  cacheOnly: ['--cacheonly'],
  withNetwork: ['--setopt=metadata_expire=never'],
  fetchOnly: ['--downloadonly'],
  cacheOptions: [],
  // An installroot without its own gets the host's.
  configuration: [],
};

export const dnf5: DnfDialect = {
  program: 'dnf5',
  cache: 'libdnf5',
  cacheKey: 'system_cachedir',
  cacheOnly: ['--cacheonly'],
  withNetwork: ['--setopt=metadata_expire=never', '--setopt=cacheonly=metadata'],
  // With --downloadonly it checks no signatures; this tries the installation, which comes after them.
  fetchOnly: ['--setopt=tsflags=test'],
  cacheOptions: [`--setopt=system_cachedir=${inside.cache}`],
  configuration: ['--use-host-config'],
};

/** A repository of nothing but metadata, which are in the cache by the name that this gives it. */
export const installedUrl = `file://${inside.state}/installed`;

// With --installroot the cache would be looked for below it, wherever the configuration has it, but for an option. The
// release is the host's, so that names of repositories and with them of caches are the same.
export function options(
  { cacheOptions, configuration }: DnfDialect,
  { plan }: PackageRequest,
): readonly string[] {
  return [
    ...[`--installroot=${inside.empty}`, '--releasever=/', ...configuration],
    ...[`--setopt=cachedir=${inside.cache}`, ...cacheOptions],
    `--setopt=install_weak_deps=${plan.withRecommends ? 1 : 0}`,
  ];
}

export const env = { LC_ALL: 'C.UTF-8', RPM_FORCE_DEBIAN: '1' };
