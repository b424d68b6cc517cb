import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import type { AbsolutePath } from '../model/brands.ts';
import type { OpenFile } from '../model/sys.ts';
import { named } from './failure.ts';

export function openFile(path: AbsolutePath): OpenFile {
  const fd = named('open', path, () => openSync(path, 'r'));
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
