import { absolutePath, type AbsolutePath } from '../../model/brands.ts';
import { BuildError } from '../../model/errors.ts';
import type { Sys } from '../../model/sys.ts';
import { chunksOf } from './digest.ts';

/**
 * Keeps fetched files for the next build, by their paths below both directories. Returns a warning where that cannot be
 * done: a cache that is full or read-only costs the next build time, and this one nothing.
 */
export async function keepFetched(
  sys: Sys,
  from: AbsolutePath,
  to: AbsolutePath,
  files: readonly string[],
): Promise<readonly string[]> {
  try {
    for (const file of files) {
      const source = absolutePath(`${from}/${file}`);
      await sys.writeAtomically(absolutePath(`${to}/${file}`), chunksOf(sys, source), 0o644);
    }
    return [];
  } catch (error) {
    if (!(error instanceof BuildError)) throw error;
    return [
      `Cannot keep the fetched packages, the next build fetches them again: ${error.message}`,
    ];
  }
}
