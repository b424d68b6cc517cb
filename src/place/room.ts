import { dirname } from 'node:path';
import { absolutePath, type AbsolutePath } from '../model/brands.ts';
import { BuildError } from '../model/errors.ts';
import type { Sys } from '../model/sys.ts';

/** Throws where a directory's file system has fewer bytes free than wanted; with both numbers. */
export function needRoom(
  sys: Sys,
  directory: AbsolutePath,
  bytes: number,
  what: string,
  hint = 'Remove a kernel that is not needed any more, or choose another directory',
): void {
  const free = sys.freeSpace(directory);
  if (free >= bytes) return;
  throw new BuildError(
    `Cannot place ${what} in "${directory}": ${mebibytes(bytes)} wanted, ${mebibytes(free)} free`,
    { hint },
  );
}

export function mebibytes(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(1)} MiB`;
}

/** Bytes of a file; 0 where there is none. */
export function bytesOf(sys: Sys, path: string): number {
  return sys.root(absolutePath('/')).stat(path)?.size ?? 0;
}

/** The directory that a file lies in. */
export function directoryOf(path: AbsolutePath): AbsolutePath {
  return absolutePath(dirname(path));
}

/** Removes what runs that were cut off have left of a file and of the previous one, as sys/ calls its temporary files. */
export function removeHalfWritten(sys: Sys, directory: AbsolutePath, name: string): void {
  const files = sys.root(directory);
  for (const each of files.list('/')) {
    const [, of] = /^\.(?:previous-)?(.+)\.\d+\.new$/.exec(each) ?? [];
    if (of === name) files.remove(each);
  }
}

/** What to do where kernel-install's staging area is too small; up to systemd 258 it lies in /tmp whatever TMPDIR says. */
export function stagingHint(directory: AbsolutePath): string {
  const parent = directoryOf(directory);
  return `kernel-install collects the entry in "${parent}": make room there, or, where it is a tmpfs, "mount -o remount,size=1G ${parent}"`;
}
