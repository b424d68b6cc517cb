import { absolutePath, type AbsolutePath } from '../../model/brands.ts';
import type { Digest } from '../../model/packages.ts';
import type { Sys } from '../../model/sys.ts';
import { chunksOf, hashOf } from '../shared/digest.ts';
import { aptPaths } from './layout.ts';
import type { PackageRequest, ResolvedArchive } from '../driver.ts';

type Wanted = Pick<ResolvedArchive, 'file' | 'location' | 'size' | 'digest'>;

/** Files of this machine that may be the archive: our cache, the host's, a repository on its disk. */
export function cachedCopies(
  sys: Sys,
  request: PackageRequest,
  archive: Wanted,
): readonly AbsolutePath[] {
  const host = sys.root(request.hostRoot);
  const local = localPath(archive.location);
  return [
    ...cacheDirectories.map((directory) => `${directory}/${archive.file}`),
    ...(local === undefined ? [] : [local]),
  ]
    .filter((path) => {
      const found = host.stat(path);
      return found?.type === 'file' && found.size === archive.size;
    })
    .map((path) => host.resolve(path));
}

/** Where archives lie on a host: ours, which lacks what apt's own has. */
export const cacheDirectories = ['var/cache/pkginitrd/apt/archives', 'var/cache/apt/archives'];

/** The path of a `file:` URI, undefined for one that has to be fetched. */
export function localPath(location: string): string | undefined {
  const [, path] = /^(?:file|copy):(?:\/\/)?(\/.*)$/.exec(location) ?? [];
  return path === undefined ? undefined : decodeURIComponent(path);
}

export type Taken =
  | { readonly type: 'taken'; readonly path: AbsolutePath }
  | { readonly type: 'absent' }
  /** Files that should have been the archive and are not. */
  | { readonly type: 'corrupt'; readonly files: readonly AbsolutePath[] };

/**
 * Copies an archive out of a cache into the workspace. The copy is what is checked and used, so neither a changing
 * cache nor a half-written file in it can do harm.
 */
export function takeCached(sys: Sys, request: PackageRequest, archive: Wanted): Taken {
  const { state, archives } = aptPaths(request);
  const own = sys.root(state);
  const path = absolutePath(`${archives}/${archive.file}`);
  const copies = cachedCopies(sys, request, archive);
  for (const copy of copies) {
    own.copyIn(copy, `archives/${archive.file}`);
    if (isIntact(sys, path, archive.digest)) return { type: 'taken', path };
    own.remove(`archives/${archive.file}`);
  }
  return copies.length === 0 ? { type: 'absent' } : { type: 'corrupt', files: copies };
}

export function isIntact(sys: Sys, path: AbsolutePath, digest: Digest | undefined): boolean {
  return digest === undefined || hashOf(sys, path, digest.algorithm) === digest.hex;
}

/** Keeps a fetched archive for the next build. */
export async function keepArchive(
  sys: Sys,
  request: PackageRequest,
  archive: Wanted,
): Promise<void> {
  const { archives, cache } = aptPaths(request);
  const source = absolutePath(`${archives}/${archive.file}`);
  await sys.writeAtomically(
    absolutePath(`${cache}/archives/${archive.file}`),
    chunksOf(sys, source),
    0o644,
  );
}
