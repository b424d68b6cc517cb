import { logger } from '../log.ts';
import type { AbsolutePath } from '../model/brands.ts';
import { BuildError } from '../model/errors.ts';
import { bytewise } from '../model/path-bytes.ts';
import type { Sys } from '../model/sys.ts';

/** A file of a cache. */
interface Kept {
  readonly path: string;
  readonly bytes: number;
  /** Nanoseconds since 1970: last written, or read where the file system notes that. */
  readonly used: bigint;
}

/**
 * Removes the least recently used files below `directory` until the rest has at most `limit` bytes, and what a build
 * that was killed left half written. Called under the lock of the cache. Returns the bytes that are free again.
 */
export function prune(
  sys: Sys,
  directory: AbsolutePath,
  limit: number,
  { except = [] }: { readonly except?: readonly string[] } = {},
): number {
  const files = sys.root(directory);
  const all = [...files.walk('/')].filter(({ type }) => type === 'file');
  const kept: Kept[] = [];
  let freed = 0;
  for (const { path, size } of all) {
    if (isHalfWritten(path)) {
      files.remove(path);
      freed += size;
      continue;
    }
    const stamp = files.stamp(path, { followLast: false });
    if (stamp === undefined) continue;
    const { read, changed } = stamp;
    kept.push({ path, bytes: size, used: read > changed ? read : changed });
  }
  let total = kept.reduce((sum, { bytes }) => sum + bytes, 0);
  for (const { path, bytes } of kept.sort(leastRecent)) {
    if (total <= limit) break;
    if (except.includes(path)) continue;
    files.remove(path);
    total -= bytes;
    freed += bytes;
  }
  return freed;
}

/** The same for a cache that a build can do without: one on a read-only disk stays as it is. */
export function trim(sys: Sys, directory: AbsolutePath, limit: number): void {
  try {
    prune(sys, directory, limit);
  } catch (error) {
    if (!(error instanceof BuildError)) throw error;
    debug('%s', error.message);
  }
}

const debug = logger('cache');

// As writeAtomically() of sys/ calls its temporary files.
function isHalfWritten(path: string): boolean {
  return /(?:^|\/)\.[^/]+\.[0-9]+\.new$/.test(path);
}

function leastRecent(a: Kept, b: Kept): number {
  if (a.used !== b.used) return a.used < b.used ? -1 : 1;
  return bytewise(a.path, b.path);
}
