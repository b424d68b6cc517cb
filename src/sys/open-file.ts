import { closeSync, constants, fstatSync, openSync, readFileSync, readSync } from 'node:fs';
import type { AbsolutePath } from '../model/brands.ts';
import { BuildError } from '../model/errors.ts';
import type { FileStat, OpenFile } from '../model/sys.ts';
import { named } from './failure.ts';
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
  const isNull = path.endsWith('/dev/null');
  const wanted = isNull ? (['file', 'character'] as const) : (['file'] as const);
  const fd = openChecked(path, constants.O_NOFOLLOW, wanted, shown);
  try {
    const { type, rdev } = fileStat(fstatSync(fd));
    if (type === 'file') return readFileSync(fd);
    if (rdev.major === 1 && rdev.minor === 3) return Buffer.alloc(0);
    throw new BuildError(`Cannot read "${shown}": it is a character device, not the null device`);
  } finally {
    closeSync(fd);
  }
}

// A FIFO would be waited for, a device may do something when it is opened, and a terminal would become ours.
function openChecked(
  path: string,
  flags: number,
  wanted: readonly FileStat['type'][],
  shown: string = path,
): number {
  const { O_RDONLY, O_NONBLOCK, O_NOCTTY } = constants;
  const fd = openSync(onDisk(path), O_RDONLY | O_NONBLOCK | O_NOCTTY | flags);
  const { type } = fileStat(fstatSync(fd));
  if (wanted.includes(type)) return fd;
  closeSync(fd);
  throw new BuildError(`Cannot read "${shown}": it is a ${described[type]}, not a regular file`);
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
