// Where compressed data end, found without reading more of them than the headers: each is called with the offset of its first byte
// and gives that of the first byte behind it. All throw BuildError with an offset where the data are malformed or cut off.
import { BuildError } from '../model/errors.ts';
import type { ReadAt } from './read-at.ts';
import { parseZstdHeader, ZSTD_HEADER_MAX } from './zstd-frame.ts';

/** One zstd frame (RFC 8878, section 3.1.1). */
export function zstdEnd(read: ReadAt, start: number, end: number): number {
  const header = parseZstdHeader(read(start, ZSTD_HEADER_MAX), start);
  const within = scope('zstd frame', start, end);
  const mostBlock = Math.min(header.windowSize, 128 * 1024);
  for (let at = start + header.length; ;) {
    const word = within.bytes(read, at, 3).readUIntLE(0, 3);
    const [isLast, type, size] = [(word & 1) === 1, (word >> 1) & 3, word >> 3];
    if (type === zstdReserved || size > mostBlock) {
      throw within.damaged(`a block of type ${type} and ${size} bytes at offset ${at}`);
    }
    at = within.offset(at + 3 + (type === zstdRepeated ? 1 : size));
    if (isLast) return within.offset(at + (header.checksum ? 4 : 0));
  }
}

const zstdRepeated = 1;
const zstdReserved = 3;

/**
 * One legacy frame of lz4, the only one that the kernel knows (lib/decompress_unlz4.c). It has no end of its own: it goes on for as
 * long as what follows can be the length of a block. Zeros are padding, and another archive's magic is a number far beyond.
 */
export function lz4End(read: ReadAt, start: number, end: number): number {
  const within = scope('lz4 frame', start, end);
  for (let at = within.offset(start + 4); ;) {
    const length = read(at, Math.min(4, end - at));
    const bytes = length.length < 4 ? 0 : length.readUInt32LE(0);
    if (bytes === 0 || bytes > mostLz4Block) return at;
    at = within.offset(at + 4 + bytes);
  }
}

// LZ4_compressBound() of the 8 MiB that a block has at most.
const mostLz4Block = 8 * 1024 * 1024 + Math.floor((8 * 1024 * 1024) / 255) + 16;

/** One file of lzop (lib/decompress_unlzo.c). */
export function lzopEnd(read: ReadAt, start: number, end: number): number {
  const within = scope('lzo data', start, end);
  const isNew = within.bytes(read, start + 9, 2).readUInt16BE(0) >= 0x0940;
  // Magic and two versions; version needed, method and level, or the method alone.
  const flagsAt = start + 13 + (isNew ? 4 : 1);
  const flags = within.bytes(read, flagsAt, 4).readUInt32BE(0);
  // Filter; mode and time; the name with its length; a checksum.
  const nameAt = flagsAt + 4 + ((flags & FILTER) === 0 ? 0 : 4) + (isNew ? 12 : 8);
  const blocksAt = nameAt + 1 + within.bytes(read, nameAt, 1).readUInt8(0) + 4;
  for (let at = blocksAt; ;) {
    const unpacked = within.bytes(read, at, 4).readUInt32BE(0);
    if (unpacked === 0) return at + 4;
    const packed = within.bytes(read, at + 4, 4).readUInt32BE(0);
    if (packed > unpacked || unpacked > mostLzoBlock) {
      throw within.damaged(`a block of ${packed} for ${unpacked} bytes at offset ${at}`);
    }
    const ofContent = checksums(flags, [ADLER32_D, CRC32_D]);
    const ofBlock = packed < unpacked ? checksums(flags, [ADLER32_C, CRC32_C]) : 0;
    at = within.offset(at + 8 + 4 * (ofContent + ofBlock) + packed);
  }
}

const ADLER32_D = 0x1;
const ADLER32_C = 0x2;
const CRC32_D = 0x100;
const CRC32_C = 0x200;
const FILTER = 0x800;

// The most that the kernel takes.
const mostLzoBlock = 256 * 1024;

function checksums(flags: number, kinds: readonly number[]): number {
  return kinds.filter((kind) => (flags & kind) !== 0).length;
}

/** The data that are looked at, for messages. */
function scope(what: string, start: number, end: number) {
  const damaged = (found: string): BuildError =>
    new BuildError(`Cannot read ${what} at offset ${start}: found ${found}`);
  const cutOff = (): BuildError => damaged(`that the data end inside of it, at offset ${end}`);
  return {
    damaged,
    offset: (at: number): number => {
      if (at > end) throw cutOff();
      return at;
    },
    bytes: (read: ReadAt, at: number, length: number): Buffer => {
      if (at + length > end) throw cutOff();
      return read(at, length);
    },
  };
}
