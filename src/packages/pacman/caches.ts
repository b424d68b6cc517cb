import { absolutePath, type AbsolutePath } from '../../model/brands.ts';
import type { Sys } from '../../model/sys.ts';
import type { PackageRequest } from '../driver.ts';
import { chunksOf } from '../shared/digest.ts';
import type { PacmanHost } from './conf.ts';
import { keptArchives, pacmanPaths } from './layout.ts';

/**
 * Where an archive or a signature lies on this machine: in our cache, which lacks what the host's has, in that, or in a
 * repository on the host's disk.
 */
export function cachedFile(
  sys: Sys,
  request: PackageRequest,
  host: PacmanHost,
  file: string,
): AbsolutePath | undefined {
  const root = sys.root(request.hostRoot);
  const path = [
    ...[keptArchives, ...host.caches].map((directory) => `${directory}/${file}`),
    ...host.localRepositories.flatMap((pattern) => root.glob(`${pattern}/${file}`)),
  ].find((candidate) => root.stat(candidate)?.type === 'file');
  return path === undefined ? undefined : root.resolve(path);
}

/** Copies an archive and its signature into the workspace, where pacman checks and uses them. */
export function takeCached(
  sys: Sys,
  request: PackageRequest,
  host: PacmanHost,
  file: string,
  signed: boolean,
): 'taken' | 'absent' | 'unsigned' {
  const archive = cachedFile(sys, request, host, file);
  const signature = cachedFile(sys, request, host, `${file}.sig`);
  if (archive === undefined) return 'absent';
  if (signed && signature === undefined) return 'unsigned';
  const own = sys.root(pacmanPaths(request).archives);
  own.copyIn(archive, file);
  if (signature !== undefined) own.copyIn(signature, `${file}.sig`);
  return 'taken';
}

/** Keeps a fetched archive and its signature for the next build. */
export async function keepArchive(sys: Sys, request: PackageRequest, file: string): Promise<void> {
  const { archives, cache } = pacmanPaths(request);
  const own = sys.root(archives);
  // The signature first: an archive without one is of no use.
  for (const name of [`${file}.sig`, file]) {
    if (own.stat(name) === undefined) continue;
    const source = absolutePath(`${archives}/${name}`);
    await sys.writeAtomically(absolutePath(`${cache}/${name}`), chunksOf(sys, source), 0o644);
  }
}
