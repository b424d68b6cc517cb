// The outer structure of a compressed kernel module: enough to see that it is whole, without unpacking it.
import { BuildError } from '../model/errors.ts';
import { xzContentSize } from './xz-size.ts';
import { parseZstdHeader } from './zstd-frame.ts';

/** @throws BuildError where the bytes are not one whole file of the format that the path's suffix tells */
export function checkPackedModule(path: string, bytes: Buffer): void {
  const suffix = /\.(gz|xz|zst)$/.exec(path)?.[1];
  const isWhole = suffix === 'xz' ? isXz : suffix === 'zst' ? isZstd : isGzip;
  if (isWhole(bytes)) return;
  throw new BuildError(`it is no whole .${suffix} file, or cut off`);
}

function isXz(bytes: Buffer): boolean {
  const read = (offset: number, length: number): Buffer => bytes.subarray(offset, offset + length);
  const magic = bytes.toString('hex', 0, 6);
  return magic === 'fd377a585a00' && xzContentSize(read, bytes.length) !== undefined;
}

/** Goes from block to block (RFC 8878, section 3.1.1.2). */
function isZstd(bytes: Buffer): boolean {
  if (bytes.toString('hex', 0, 4) !== '28b52ffd') return false;
  const header = parseZstdHeader(bytes);
  for (let at = header.length; at + 3 <= bytes.length;) {
    const word = bytes.readUIntLE(at, 3);
    const [isLast, isRepeated] = [(word & 1) === 1, ((word >> 1) & 3) === 1];
    at += 3 + (isRepeated ? 1 : word >> 3);
    if (isLast) return at + (header.checksum ? 4 : 0) <= bytes.length;
  }
  return false;
}

/** The format does not say where its content ends; the last four bytes are the content's size (RFC 1952). */
function isGzip(bytes: Buffer): boolean {
  return bytes.toString('hex', 0, 2) === '1f8b' && bytes.length >= 18;
}
