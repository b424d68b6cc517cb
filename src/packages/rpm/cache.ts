import { absolutePath } from '../../model/brands.ts';
import type { RootFiles, Sys } from '../../model/sys.ts';
import { chunksOf } from '../shared/digest.ts';
import type { PackageRequest } from '../driver.ts';
import type { RpmFrontEnd, WantedArchive } from './front-end.ts';
import { rpmPaths } from './layout.ts';
import { configuredDirectory, localRepositories } from './repositories.ts';

/**
 * Makes a cache for this build with the host's metadata in it. A copy: both managers write beside what they read, and
 * a transaction of the host may change its own in the meantime.
 */
export function prepareCache(sys: Sys, request: PackageRequest, frontEnd: RpmFrontEnd): void {
  const host = sys.root(request.hostRoot);
  const state = sys.root(rpmPaths(request).state);
  state.mkdir('cache', 0o755);
  state.mkdir('empty', 0o755);
  const directory = configuredDirectory(host, frontEnd.hostCache);
  for (const pattern of frontEnd.metadata) {
    for (const path of host.glob(`${directory}/${pattern}`)) {
      const relative = path.slice(directory.length + 1);
      state.copyIn(host.resolve(path), `cache/${relative}`);
    }
  }
}

/** Copies an archive from a cache of the host's or ours; its path in the cache, undefined where none has it. */
export function takeArchive(
  sys: Sys,
  request: PackageRequest,
  frontEnd: RpmFrontEnd,
  archive: WantedArchive,
): string | undefined {
  const host = sys.root(request.hostRoot);
  const cache = sys.root(rpmPaths(request).cache);
  const found = findArchive(host, cache, frontEnd, archive);
  if (found === undefined) return undefined;
  cache.copyIn(host.resolve(found.path), found.relative);
  return found.relative;
}

interface Found {
  /** In the host. */
  readonly path: string;
  /** In the cache of this build. */
  readonly relative: string;
}

/** The names of all archives in caches on the host, ours among them. */
export function cachedNames(host: RootFiles, frontEnd: RpmFrontEnd): ReadonlySet<string> {
  const files = cacheDirectories(host, frontEnd).flatMap((directory) =>
    host.glob(`${directory}/**/*.rpm`),
  );
  return new Set(files.map((file) => file.replace(/^.*\//, '')));
}

function cacheDirectories(host: RootFiles, frontEnd: RpmFrontEnd): readonly string[] {
  return [
    `var/cache/pkginitrd/${frontEnd.ownCache}`,
    configuredDirectory(host, frontEnd.hostCache),
  ];
}

/** An archive in our cache, in the host's, or in a repository on the host's disk. */
export function findArchive(
  host: RootFiles,
  cache: RootFiles,
  frontEnd: RpmFrontEnd,
  archive: WantedArchive,
): Found | undefined {
  const pattern = frontEnd.archivePattern(archive);
  const cached = cacheDirectories(host, frontEnd).flatMap((directory) =>
    host
      .glob(`${directory}/${pattern}`)
      .map((path) => ({ path, relative: path.slice(directory.length + 1) })),
  );
  return [...cached, ...inLocalRepository(host, cache, frontEnd, archive)].find(
    ({ path }) => host.stat(path)?.type === 'file',
  );
}

function inLocalRepository(
  host: RootFiles,
  cache: RootFiles,
  frontEnd: RpmFrontEnd,
  { repository, file }: WantedArchive,
): readonly Found[] {
  if (repository === undefined) return [];
  const directories = localRepositories(host, frontEnd.repositoryFiles).get(repository) ?? [];
  return directories
    .flatMap((pattern) => host.glob(pattern))
    .flatMap((directory) =>
      host.glob(`${directory}/**/${escapePattern(file)}`).flatMap((path) => {
        const relative = frontEnd.placeFor(cache, repository, path.slice(directory.length + 1));
        return relative === undefined ? [] : [{ path, relative }];
      }),
    );
}

/** A name as a shell pattern that matches nothing else. */
export function escapePattern(text: string): string {
  return text.replaceAll(/[\\*?[\]{}()!]/g, '\\$&');
}

/** Where the manager has put an archive in the cache of this build. */
export function fetchedArchive(
  sys: Sys,
  request: PackageRequest,
  frontEnd: RpmFrontEnd,
  archive: WantedArchive,
): string | undefined {
  return sys.root(rpmPaths(request).cache).glob(frontEnd.archivePattern(archive))[0];
}

/** Keeps a fetched archive for the next build, at its place in a cache of ours. */
export async function keepRpm(
  sys: Sys,
  request: PackageRequest,
  frontEnd: RpmFrontEnd,
  relative: string,
): Promise<void> {
  const own = absolutePath(`${request.hostRoot}/var/cache/pkginitrd/${frontEnd.ownCache}`);
  sys.root(own).mkdir(relative.slice(0, relative.lastIndexOf('/')), 0o755);
  const fetched = absolutePath(`${rpmPaths(request).cache}/${relative}`);
  await sys.writeAtomically(absolutePath(`${own}/${relative}`), chunksOf(sys, fetched), 0o644);
}
