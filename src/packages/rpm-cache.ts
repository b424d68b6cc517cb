import { absolutePath } from '../model/brands.ts';
import type { RootFiles, Sys } from '../model/sys.ts';
import type { PackageRequest } from './driver.ts';
import type { RpmFrontEnd } from './rpm-front-end.ts';
import { rpmPaths } from './rpm-layout.ts';

/**
 * Makes a cache for this build with the host's metadata in it. A copy: both managers write beside what they read, and
 * a transaction of the host may change its own in the meantime.
 */
export function prepareCache(sys: Sys, request: PackageRequest, frontEnd: RpmFrontEnd): void {
  const host = sys.root(request.hostRoot);
  const state = sys.root(rpmPaths(request).state);
  state.mkdir('cache', 0o755);
  state.mkdir('empty', 0o755);
  for (const pattern of frontEnd.metadata) {
    for (const path of host.glob(`${frontEnd.hostCache}/${pattern}`)) {
      const relative = path.slice(frontEnd.hostCache.length + 1);
      state.copyIn(host.resolve(path), `cache/${relative}`);
    }
  }
}

/** Copies an archive from a cache of the host's or ours; its path in the cache, undefined where none has it. */
export function takeArchive(
  sys: Sys,
  request: PackageRequest,
  frontEnd: RpmFrontEnd,
  archive: { readonly repository: string; readonly file: string },
): string | undefined {
  const found = findArchive(sys.root(request.hostRoot), frontEnd, archive);
  if (found === undefined) return undefined;
  const source = sys.root(request.hostRoot).resolve(`${found.directory}/${found.relative}`);
  sys.root(rpmPaths(request).cache).copyIn(source, found.relative);
  return found.relative;
}

export function findArchive(
  host: RootFiles,
  frontEnd: RpmFrontEnd,
  archive: { readonly repository: string; readonly file: string },
): { readonly directory: string; readonly relative: string } | undefined {
  const pattern = frontEnd.archivePattern(archive);
  return [`var/cache/pkginitrd/${frontEnd.ownCache}`, frontEnd.hostCache]
    .flatMap((directory) =>
      host
        .glob(`${directory}/${pattern}`)
        .map((path) => ({ directory, relative: path.slice(directory.length + 1) })),
    )
    .find(({ directory, relative }) => host.stat(`${directory}/${relative}`)?.type === 'file');
}

/** Where the manager has put an archive in the cache of this build. */
export function fetchedArchive(
  sys: Sys,
  request: PackageRequest,
  frontEnd: RpmFrontEnd,
  archive: { readonly repository: string; readonly file: string },
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
  const file = sys.open(absolutePath(`${rpmPaths(request).cache}/${relative}`));
  try {
    const bytes = file.read(0, file.size);
    await sys.writeAtomically(absolutePath(`${own}/${relative}`), [bytes], 0o644);
  } finally {
    file.close();
  }
}
