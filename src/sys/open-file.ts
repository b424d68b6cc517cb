import { createHash } from 'node:crypto';
import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  readFileSync,
  readSync,
  statSync,
} from 'node:fs';
import type { AbsolutePath } from '../model/brands.ts';
import { BuildError } from '../model/errors.ts';
import type { FileStat, OpenFile } from '../model/sys.ts';
import { errnoCode, named } from './failure.ts';
import { countChunk } from './garbage.ts';
import { fileStat } from './file-stat.ts';
import { onDisk } from './names.ts';

/** Opens a regular file; anything else in its place is refused at once, without waiting for a writer. */
export function openFile(path: AbsolutePath): OpenFile {
  return opened(
    path,
    named('open', path, () => openChecked(path, 0, ['file'])),
  );
}

/** The same for a block device or an image of one. */
export function openDisk(path: AbsolutePath): OpenFile {
  return opened(
    path,
    named('open', path, () => openChecked(path, 0, ['file', 'block'])),
  );
}

/**
 * The content of a regular file, called `shown` in messages, whose links are followed already: one that took its place
 * since is an error. /dev/null is empty, as everywhere; it masks drop-ins and units.
 */
export function readRegular(path: string, shown: string): Buffer {
  return withRegular(path, shown, (fd) => readFileSync(fd)) ?? Buffer.alloc(0);
}

/** The SHA-256 of the same content in hex, whatever its size. */
export function hashRegular(path: string, shown: string): string {
  const hash = createHash('sha256');
  withRegular(path, shown, (fd) => {
    hashed ??= Buffer.allocUnsafeSlow(256 * 1024);
    const buffer = hashed;
    for (let count = -1; count !== 0; hash.update(buffer.subarray(0, count))) {
      // Files of the kernel say that they are empty: they are read until nothing comes.
      count = readSync(fd, buffer);
    }
  });
  return hash.digest('hex');
}

// One for all files, of which a plan has thousands.
let hashed: Buffer | undefined;

/** Undefined for /dev/null. */
function withRegular<T>(path: string, shown: string, use: (fd: number) => T): T | undefined {
  if (path.endsWith('/dev/null') && isNullDevice(path)) return undefined;
  const fd = openChecked(path, constants.O_NOFOLLOW, ['file'], shown);
  try {
    return use(fd);
  } finally {
    closeSync(fd);
  }
}

// By its numbers alone: on a file system that is mounted nodev nobody can open it.
function isNullDevice(path: string): boolean {
  const { type, rdev } = fileStat(lstatSync(onDisk(path)));
  return type === 'character' && rdev.major === 1 && rdev.minor === 3;
}

// A FIFO would be waited for, a device may do something when it is opened, and a terminal would become ours.
function openChecked(
  path: string,
  flags: number,
  wanted: readonly FileStat['type'][],
  shown: string = path,
): number {
  const { O_RDONLY, O_NONBLOCK, O_NOCTTY } = constants;
  const refused = (type: FileStat['type']): BuildError =>
    new BuildError(`Cannot read "${shown}": it is a ${described[type]}, not a regular file`);
  let fd: number;
  try {
    fd = openSync(onDisk(path), O_RDONLY | O_NONBLOCK | O_NOCTTY | flags);
  } catch (error) {
    if (errnoCode(error) !== 'EACCES') throw error;
    // A device on a file system that is mounted nodev.
    const { type } = fileStat(statSync(onDisk(path)));
    throw type === 'character' || type === 'block' ? refused(type) : error;
  }
  const { type } = fileStat(fstatSync(fd));
  if (wanted.includes(type)) return fd;
  closeSync(fd);
  throw refused(type);
}

const described = {
  file: 'regular file',
  directory: 'directory',
  symlink: 'symlink',
  character: 'character device',
  block: 'block device',
  fifo: 'FIFO',
  socket: 'socket',
} satisfies Record<FileStat['type'], string>;

function opened(path: AbsolutePath, fd: number): OpenFile {
  const { size } = fstatSync(fd);
  return {
    size,
    read: (offset, length) => {
      const buffer = Buffer.allocUnsafe(length);
      countChunk(length);
      return buffer.subarray(
        0,
        named('read', path, () => fill(fd, buffer, offset)),
      );
    },
    readInto: (buffer, offset) => named('read', path, () => fill(fd, buffer, offset)),
    close: () => closeSync(fd),
  };
}

function fill(fd: number, buffer: Buffer, offset: number): number {
  let filled = 0;
  while (filled < buffer.length) {
    const count = readSync(fd, buffer, filled, buffer.length - filled, offset + filled);
    if (count === 0) break;
    filled += count;
  }
  return filled;
}
