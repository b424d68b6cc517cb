import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import type { AbsolutePath } from '../model/brands.ts';
import type { OpenFile } from '../model/sys.ts';
import { named } from './failure.ts';

export function openFile(path: AbsolutePath): OpenFile {
  const fd = named('open', path, () => openSync(path, 'r'));
  const { size } = fstatSync(fd);
  return {
    size,
    read: (offset, length) => named('read', path, () => readAt(fd, offset, length)),
    close: () => closeSync(fd),
  };
}

function readAt(fd: number, offset: number, length: number): Buffer {
  const buffer = Buffer.allocUnsafe(length);
  let filled = 0;
  while (filled < length) {
    const count = readSync(fd, buffer, filled, length - filled, offset + filled);
    if (count === 0) break;
    filled += count;
  }
  return buffer.subarray(0, filled);
}
