import type { AbsolutePath } from '../../model/brands.ts';
import { BuildError } from '../../model/errors.ts';
import type { Report } from '../../model/progress.ts';
import type { Sys } from '../../model/sys.ts';
import type { Found, Resolution } from '../driver.ts';

/** What to call for each archive that is taken, so that the report counts them. An archive may be taken more than once. */
export function countTaken({ archives }: Resolution, report: Report): () => void {
  const total = archives.length;
  let done = 0;
  return () => {
    done = Math.min(done + 1, total);
    report({ type: 'amount', done, total, unit: 'packages' });
  };
}

/**
 * The same machine, where programs run under a look at `directory`: what has come there of the archives that are missing is
 * reported. Nothing is where nothing is missing, or where the manager does not say how large it is.
 */
export function watchFetching(
  sys: Sys,
  directory: AbsolutePath,
  found: readonly Found[],
  report: Report,
): Sys {
  const missing = found.flatMap(({ archive, taken }) => (taken.type === 'fetch' ? [archive] : []));
  const total = missing.reduce((sum, { size = Number.NaN }) => sum + size, 0);
  if (!(total > 0)) return sys;
  const before = bytesBelow(sys, directory);
  const meanwhile = (): void => {
    const come = bytesBelow(sys, directory) - before;
    const done = Math.min(Math.max(come, 0), total);
    report({ type: 'amount', done, total, unit: 'bytes' });
  };
  return { ...sys, run: async (command) => sys.run({ ...command, meanwhile }) };
}

function bytesBelow(sys: Sys, directory: AbsolutePath): number {
  const files = sys.root(directory);
  let bytes = 0;
  try {
    for (const { type, path } of files.outline('/')) {
      if (type === 'file') bytes += files.lstat(path)?.size ?? 0;
    }
  } catch (error) {
    // The manager moves and removes files meanwhile, and no bar is worth a build.
    if (!(error instanceof BuildError)) throw error;
  }
  return bytes;
}
