// The outer structure of a zstd frame (RFC 8878, section 3.1.1): enough to find where it ends without decoding.
import { BuildError } from '../model/errors.ts';
import type { ByteReader } from './byte-reader.ts';

export interface ZstdHeader {
  /** Bytes of memory a decoder needs for its window. */
  readonly windowSize: number;
  /** Bytes of the content, undefined where the frame does not say. */
  readonly contentSize: number | undefined;
  /** True where an XXH64 of the content ends the frame. */
  readonly checksum: boolean;
  /** 0: none. */
  readonly dictionaryId: number;
  /** Bytes of the header with its magic. */
  readonly length: number;
}

export interface ZstdFrame extends ZstdHeader {
  readonly blocks: number;
  /** Bytes of the whole frame. */
  readonly bytes: number;
}

/** Most bytes a frame header takes. */
export const ZSTD_HEADER_MAX = 18;

/**
 * Takes one frame from the reader, yields its bytes as they stand and returns what its headers say. The reader then
 * stands right behind the frame.
 * @throws BuildError with the offset where the frame is malformed or cut off, or is a skippable one
 */
export async function* zstdFrame(reader: ByteReader): AsyncGenerator<Buffer, ZstdFrame> {
  const start = reader.position();
  const header = parseZstdHeader(await reader.peek(ZSTD_HEADER_MAX), start);
  yield await reader.take(header.length);
  const blockMaximum = Math.min(header.windowSize, 128 * 1024);
  for (let blocks = 1; ; blocks++) {
    const offset = reader.position();
    const rawBlock = await reader.take(3);
    if (rawBlock.length < 3) throw damaged(start, `the data ends inside block ${blocks}`);
    const word = rawBlock.readUIntLE(0, 3);
    const last = (word & 1) === 1;
    const type = (word >> 1) & 3;
    const size = word >> 3;
    if (type === RESERVED) throw damaged(start, `a block of reserved type at offset ${offset}`);
    if (size > blockMaximum) {
      throw damaged(
        start,
        `a block of ${size} bytes at offset ${offset}, at most ${blockMaximum} allowed`,
      );
    }
    const length = (type === RLE ? 1 : size) + (last && header.checksum ? 4 : 0);
    const content = await reader.take(length);
    if (content.length < length) throw damaged(start, `the data ends inside block ${blocks}`);
    yield Buffer.concat([rawBlock, content]);
    if (last) return { ...header, blocks, bytes: reader.position() - start };
  }
}

/**
 * Parses a frame's header from its first bytes (18 are always enough). `offset` is for messages only.
 * @throws BuildError
 */
export function parseZstdHeader(bytes: Uint8Array, offset = 0): ZstdHeader {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.length < 6) throw damaged(offset, 'the data ends inside the frame header');
  const magic = view.readUInt32LE(0);
  if (magic >>> 4 === 0x184d2a5)
    throw damaged(offset, 'a skippable frame, which the kernel rejects');
  if (magic !== 0xfd2fb528)
    throw damaged(offset, `magic ${view.toString('hex', 0, 4)}, wanted 28b52ffd`);
  const descriptor = view.readUInt8(4);
  if ((descriptor & 0x08) !== 0) throw damaged(offset, 'the reserved bit of the frame header set');
  const singleSegment = (descriptor & 0x20) !== 0;
  const windowBytes = singleSegment ? 0 : 1;
  const dictionaryBytes = [0, 1, 2, 4][descriptor & 3] ?? 0;
  const sizeBytes = [singleSegment ? 1 : 0, 2, 4, 8][descriptor >> 6] ?? 0;
  const length = 5 + windowBytes + dictionaryBytes + sizeBytes;
  if (view.length < length) throw damaged(offset, 'the data ends inside the frame header');
  const contentSize = readContentSize(view.subarray(length - sizeBytes, length));
  return {
    windowSize: singleSegment ? (contentSize ?? 0) : windowSize(view.readUInt8(5)),
    contentSize,
    checksum: (descriptor & 0x04) !== 0,
    dictionaryId: dictionaryBytes === 0 ? 0 : view.readUIntLE(5 + windowBytes, dictionaryBytes),
    length,
  };
}

const RLE = 1;
const RESERVED = 3;

function windowSize(descriptor: number): number {
  const base = 2 ** (10 + (descriptor >> 3));
  return base + (base / 8) * (descriptor & 7);
}

function readContentSize(field: Buffer): number | undefined {
  switch (field.length) {
    case 1:
      return field.readUInt8(0);
    case 2:
      return field.readUInt16LE(0) + 256;
    case 4:
      return field.readUInt32LE(0);
    case 8:
      return Number(field.readBigUInt64LE(0));
    default:
      return undefined;
  }
}

function damaged(offset: number, what: string): BuildError {
  return new BuildError(`Cannot read zstd frame at offset ${offset}: found ${what}`);
}
