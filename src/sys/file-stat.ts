import type { Dirent, Stats } from 'node:fs';
import type { FileStat } from '../model/sys.ts';

/** stat(2)'s answer in our words. */
export function fileStat(stats: Stats): FileStat {
  return {
    type: fileType(stats),
    mode: stats.mode & 0o7777,
    uid: stats.uid,
    gid: stats.gid,
    size: stats.isFile() ? stats.size : 0,
    mtime: Math.floor(stats.mtimeMs / 1000),
    rdev: { major: deviceMajor(stats.rdev), minor: deviceMinor(stats.rdev) },
  };
}

/** The kind by stat(2) or by its directory, which may not know: then it is said to be a socket. */
export function fileType(
  stats: Pick<
    Dirent<Buffer>,
    'isFile' | 'isDirectory' | 'isSymbolicLink' | 'isCharacterDevice' | 'isBlockDevice' | 'isFIFO'
  >,
): FileStat['type'] {
  if (stats.isFile()) return 'file';
  if (stats.isDirectory()) return 'directory';
  if (stats.isSymbolicLink()) return 'symlink';
  if (stats.isCharacterDevice()) return 'character';
  if (stats.isBlockDevice()) return 'block';
  if (stats.isFIFO()) return 'fifo';
  return 'socket';
}

// glibc's encoding of dev_t (gnu_dev_major(3)), low 32 bits: more is not in use.
function deviceMajor(device: number): number {
  return (device >>> 8) & 0xfff;
}

function deviceMinor(device: number): number {
  return (device & 0xff) | ((device >>> 12) & 0xfff00);
}
