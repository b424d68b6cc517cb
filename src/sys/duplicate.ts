import {
  closeSync,
  copyFileSync,
  fsyncSync,
  linkSync,
  lstatSync,
  openSync,
  renameSync,
  rmSync,
  utimesSync,
} from 'node:fs';
import { basename, dirname } from 'node:path';
import type { AbsolutePath } from '../model/brands.ts';
import { errnoCode, named } from './failure.ts';

/**
 * Makes `target` hold what `source` holds, in one rename: by a second link to the file, or, where the file system has none
 * (vfat), by a copy of it with its time. Whatever happens, `target` holds either its old content or the whole new one.
 */
export function duplicate(source: AbsolutePath, target: AbsolutePath): void {
  const directory = dirname(target);
  const temporary = `${directory}/.${basename(target)}.${process.pid}.new`;
  named('write', target, () => {
    try {
      rmSync(temporary, { force: true });
      linkOrCopy(source, temporary);
      if (!isSameFile(temporary, target)) renameSync(temporary, target);
    } finally {
      rmSync(temporary, { force: true });
    }
    sync(directory);
  });
}

function linkOrCopy(source: string, target: string): void {
  try {
    linkSync(source, target);
  } catch (error) {
    if (!noLinks.includes(errnoCode(error) ?? '')) throw error;
    copyFileSync(source, target);
    const { atime, mtime } = lstatSync(source);
    utimesSync(target, atime, mtime);
    sync(target);
  }
}

// What file systems answer that have no hard links, or no further one of this file.
const noLinks: readonly string[] = ['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EXDEV', 'EMLINK'];

// rename(2) of a file over another link to it does nothing.
function isSameFile(one: string, other: string): boolean {
  const found = lstatSync(other, { throwIfNoEntry: false });
  const { dev, ino } = lstatSync(one);
  return found !== undefined && found.dev === dev && found.ino === ino;
}

function sync(path: string): void {
  const fd = openSync(path, 'r');
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}
