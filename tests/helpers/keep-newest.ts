import { lstatSync, readdirSync, rmSync, type Stats } from 'node:fs';
import { join } from 'node:path';

/**
 * Removes what of a directory was changed the longest ago, until the rest takes at most `limit` bytes of the disk. What is touched
 * when it is used stays.
 */
export function keepNewest(directory: string, limit: number): void {
  const kept = inside(directory)
    .map((path) => ({ path, bytes: bytesOf(path), used: statusOf(path)?.mtimeMs ?? 0 }))
    .sort((a, b) => b.used - a.used);
  let total = 0;
  for (const { path, bytes } of kept) {
    total += bytes;
    if (total > limit) rmSync(path, { recursive: true, force: true });
  }
}

// Disks are sparse.
function bytesOf(path: string): number {
  const status = statusOf(path);
  if (status === undefined) return 0;
  const below = status.isDirectory() ? inside(path) : [];
  return below.reduce((sum, each) => sum + bytesOf(each), status.blocks * 512);
}

// Another run may have renamed or removed it meanwhile.
function statusOf(path: string): Stats | undefined {
  return lstatSync(path, { throwIfNoEntry: false });
}

function inside(directory: string): readonly string[] {
  try {
    return readdirSync(directory).map((name) => join(directory, name));
  } catch (error) {
    if (statusOf(directory) === undefined) return [];
    throw error;
  }
}
