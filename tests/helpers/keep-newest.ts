import { lstatSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Removes what of a directory was changed the longest ago, until the rest takes at most `limit` bytes of the disk. What is touched
 * when it is used stays.
 */
export function keepNewest(directory: string, limit: number): void {
  const kept = readdirSync(directory)
    .map((name) => join(directory, name))
    .map((path) => ({ path, bytes: bytesOf(path), used: lstatSync(path).mtimeMs }))
    .sort((a, b) => b.used - a.used);
  let total = 0;
  for (const { path, bytes } of kept) {
    total += bytes;
    if (total > limit) rmSync(path, { recursive: true, force: true });
  }
}

// Disks are sparse.
function bytesOf(path: string): number {
  const stat = lstatSync(path);
  const inside = stat.isDirectory() ? readdirSync(path).map((name) => join(path, name)) : [];
  return inside.reduce((sum, each) => sum + bytesOf(each), stat.blocks * 512);
}
