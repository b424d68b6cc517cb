import type { PackageRequest } from '../../model/package-request.ts';
import { inside } from './layout.ts';

/** The words in which dnf 4 and dnf 5 differ. */
export interface DnfDialect {
  readonly program: string;
  /** The name of its directory in /var/cache: REPOSITORY-HASH/repodata and REPOSITORY-HASH/packages in both. */
  readonly cache: string;
  /** The key of dnf.conf that moves it. */
  readonly cacheKey: string;
  /** Directories of drop-ins to dnf.conf, which has the last word; of one name the later directory's counts. */
  readonly dropIns: readonly string[];
  /** Directories of *.repo files where dnf.conf names no others. */
  readonly repositoryDirectories: readonly string[];
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
  /** Refuses a request of which a part cannot be had, whatever dnf.conf says. */
  readonly allOrNothing: readonly string[];
  /** Lifts the excludes of dnf.conf and of all repositories. */
  readonly withoutExcludes: string;
}

export const dnf4: DnfDialect = {
  program: 'dnf',
  cache: 'dnf',
  cacheKey: 'cachedir',
  dropIns: [],
  repositoryDirectories: ['etc/yum.repos.d', 'etc/yum/repos.d', 'etc/distro.repos.d'],
  cacheOnly: ['--cacheonly'],
  withNetwork: ['--setopt=metadata_expire=never'],
  fetchOnly: ['--downloadonly'],
  cacheOptions: [],
  // An installroot without its own gets the host's.
  configuration: [],
  allOrNothing: ['--setopt=strict=1', '--setopt=skip_broken=0'],
  withoutExcludes: '--setopt=disable_excludes=all',
};

export const dnf5: DnfDialect = {
  program: 'dnf5',
  cache: 'libdnf5',
  cacheKey: 'system_cachedir',
  dropIns: ['usr/share/dnf5/libdnf.conf.d', 'etc/dnf/libdnf5.conf.d'],
  repositoryDirectories: ['etc/yum.repos.d', 'etc/distro.repos.d', 'usr/share/dnf5/repos.d'],
  cacheOnly: ['--cacheonly'],
  withNetwork: ['--setopt=metadata_expire=never', '--setopt=cacheonly=metadata'],
  // With --downloadonly it checks no signatures; this tries the installation, which comes after them.
  fetchOnly: ['--setopt=tsflags=test'],
  cacheOptions: [`--setopt=system_cachedir=${inside.cache}`],
  configuration: ['--use-host-config'],
  allOrNothing: ['--setopt=skip_broken=0', '--setopt=skip_unavailable=0'],
  withoutExcludes: '--setopt=disable_excludes=*',
};

/** A repository of nothing but metadata, which are in the cache by the name that this gives it. */
export const installedUrl = `file://${inside.state}/installed`;

// With --installroot the cache would be looked for below it, wherever the configuration has it, but for an option. The
// release is the host's, so that names of repositories and with them of caches are the same.
export function options(
  { cacheOptions, configuration, allOrNothing }: DnfDialect,
  { plan }: PackageRequest,
): readonly string[] {
  return [
    ...[`--installroot=${inside.empty}`, '--releasever=/', ...configuration],
    ...[`--setopt=cachedir=${inside.cache}`, ...cacheOptions],
    `--setopt=install_weak_deps=${plan.withRecommends ? 1 : 0}`,
    ...[...readable, ...allOrNothing],
  ];
}

// A host's dnf.conf may have set what changes the table that is read here, or the answer to a question.
const readable = [
  'color=never',
  'debuglevel=2',
  'errorlevel=3',
  'assumeno=0',
  'multilib_policy=best',
].map((setting) => `--setopt=${setting}`);

export const env = { LC_ALL: 'C.UTF-8', RPM_FORCE_DEBIAN: '1' };
