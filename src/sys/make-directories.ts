import { existsSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { isMissing } from './failure.ts';
import { onDisk } from './names.ts';

/**
 * mkdir -p. Returns the first directory that was made; undefined where all were there. Node says of a read-only file system that a
 * directory is missing: the error here is the kernel's.
 */
export function makeDirectories(path: string): string | undefined {
  try {
    return mkdirSync(onDisk(path), { recursive: true });
  } catch (error) {
    if (!isMissing(error)) throw error;
    mkdirSync(onDisk(firstMissing(path)));
    throw error;
  }
}

function firstMissing(path: string): string {
  const parent = dirname(path);
  return parent === path || existsSync(onDisk(parent)) ? path : firstMissing(parent);
}
