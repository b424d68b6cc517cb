import type { RootFiles, Sys, Visible } from '../../model/sys.ts';
import type { PackageRequest } from '../../model/package-request.ts';
import type { Job, ResolvedArchive } from '../driver.ts';
import type { HostRpm, RpmConfiguration, RpmFrontEnd } from './front-end.ts';

/** The facts of a host that dnf or zypper, and rpm, need. */
export interface RpmHost {
  readonly frontEnd: RpmFrontEnd;
  readonly configuration: RpmConfiguration;
  /** Parts of the host that the manager needs to see, beside what every sandbox of rpm shows. */
  readonly visible: readonly Visible[];
  /** By name; undefined where the database cannot be read. */
  readonly installed: ReadonlyMap<string, readonly HostRpm[]> | undefined;
  /** By name: archives of our cache, of the host's, and of repositories on its disk, in this order. */
  readonly archives: ReadonlyMap<string, readonly HostArchive[]>;
  readonly isFile: (path: string) => boolean;
}

export type RpmJob = Job<RpmHost>;

/** An archive that lies on the host. */
export interface HostArchive {
  /** In the host. */
  readonly path: string;
  /** In the cache of this build. */
  readonly relative: string;
  readonly repository: string;
  /** A local repository is asked for its own packages alone. */
  readonly place: 'cache' | 'local repository';
}

/** An archive in our cache, in the host's, or in a repository on the host's disk. */
export function findArchive(
  { host }: RpmJob,
  { file, from }: Pick<ResolvedArchive, 'file' | 'from'>,
): HostArchive | undefined {
  return host.archives
    .get(file)
    ?.filter(({ repository, place }) =>
      from.type === 'repository' ? repository === from.id : place === 'cache',
    )
    .find(({ path }) => host.isFile(path));
}

/** Lists once what every archive will be looked for in. `cached` are the top-level names in this build's cache. */
export function listArchives(
  files: RootFiles,
  frontEnd: RpmFrontEnd,
  { caches, localRepositories }: RpmConfiguration,
  cached: readonly string[],
): ReadonlyMap<string, readonly HostArchive[]> {
  const own = { directory: `var/cache/pkginitrd/${frontEnd.ownCache}`, prefix: '' };
  const inCaches = [own, ...caches].flatMap(({ directory, prefix }) =>
    files.glob(`${directory}/**/*.rpm`).flatMap((path): HostArchive[] => {
      const relative = `${prefix}${path.slice(directory.length + 1)}`;
      const repository = frontEnd.repositoryOf(relative);
      return repository === undefined ? [] : [{ path, relative, repository, place: 'cache' }];
    }),
  );
  const inRepositories = [...localRepositories].flatMap(([repository, patterns]) =>
    patterns
      .flatMap((pattern) => files.glob(pattern))
      .flatMap((directory) =>
        files.glob(`${directory}/**/*.rpm`).flatMap((path): HostArchive[] => {
          const below = path.slice(directory.length + 1);
          const relative = frontEnd.placeFor(cached, repository, below);
          return relative === undefined
            ? []
            : [{ path, relative, repository, place: 'local repository' }];
        }),
      ),
  );
  const found = new Map<string, HostArchive[]>();
  for (const archive of [...inCaches, ...inRepositories]) {
    const name = archive.path.replace(/^.*\//, '');
    const same = found.get(name) ?? [];
    same.push(archive);
    found.set(name, same);
  }
  return found;
}

/** Paths of archives in the cache of this build, by repository and name. */
export function listFetched(
  sys: Sys,
  cache: PackageRequest['hostRoot'],
  frontEnd: RpmFrontEnd,
): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const path of sys.root(cache).glob('**/*.rpm')) {
    const repository = frontEnd.repositoryOf(path);
    const key = `${repository}/${path.replace(/^.*\//, '')}`;
    if (repository !== undefined && !found.has(key)) found.set(key, path);
  }
  return found;
}
