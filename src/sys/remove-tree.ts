import { lstatSync, rmSync, rmdirSync } from 'node:fs';
import { ifPresent } from './failure.ts';
import { namesIn, onDisk } from './names.ts';

/**
 * Removes a file, a link or a whole tree; absent is fine, no link is followed. Node's own rmSync() reads the names
 * below as UTF-8 and does not find those that are none.
 */
export function removeTree(path: string): void {
  const isDirectory = ifPresent('stat', path, () => lstatSync(onDisk(path)).isDirectory());
  if (isDirectory !== true) {
    rmSync(onDisk(path), { force: true });
    return;
  }
  for (const name of namesIn(path)) removeTree(`${path}/${name}`);
  rmdirSync(onDisk(path));
}
