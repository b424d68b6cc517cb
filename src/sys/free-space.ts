import { accessSync, constants, statfsSync } from 'node:fs';
import { dirname } from 'node:path';
import { absolutePath, type AbsolutePath } from '../model/brands.ts';
import { isMissing, named, reason } from './failure.ts';

/** Bytes root may still write on the file system of `directory`, or of its nearest parent that exists. */
export function freeSpace(directory: AbsolutePath): number {
  return named('ask for the free space of', directory, () => {
    try {
      const { bfree, bsize } = statfsSync(directory);
      return bfree * bsize;
    } catch (error) {
      if (!isMissing(error) || directory === '/') throw error;
      return freeSpace(absolutePath(dirname(directory)));
    }
  });
}

/** Why nothing can be made in `directory`, undefined where it can; root is stopped by a read-only file system only. */
export function cannotWrite(directory: AbsolutePath): string | undefined {
  try {
    accessSync(directory, constants.W_OK | constants.X_OK);
    return undefined;
  } catch (error) {
    return reason(error);
  }
}
