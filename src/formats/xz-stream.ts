// The outer structure of an .xz stream (tukaani.org/xz/xz-file-format.txt): enough to find where it ends without
// decoding.
import { BuildError } from '../model/errors.ts';
import type { ByteReader } from './byte-reader.ts';

export interface XzStream {
  /** Integrity check of the blocks; the kernel's decoder knows none and CRC32 only. */
  readonly check: 'none' | 'crc32' | 'crc64' | 'sha256' | 'unknown';
  readonly blocks: number;
  /** Bytes of the whole stream. */
  readonly bytes: number;
}

/**
 * Takes one stream from the reader, yields its bytes as they stand and returns what its headers say. The reader
 * then stands right behind the stream.
 * @throws BuildError with the offset where the stream is malformed or cut off
 */
export async function* xzStream(reader: ByteReader): AsyncGenerator<Buffer, XzStream> {
  const start = reader.position();
  const header = await need(reader, start, 12);
  if (header.toString('latin1', 0, 6) !== '\xfd7zXZ\0') throw damaged(start, 'no xz magic');
  const checkId = header.readUInt8(7) & 15;
  yield header;
  for (let blocks = 0; ; blocks++) {
    const sizeByte = await need(reader, start, 1);
    if (sizeByte[0] === 0) {
      yield* indexAndFooter(reader, start, sizeByte);
      return { check: CHECK_NAMES[checkId] ?? 'unknown', blocks, bytes: reader.position() - start };
    }
    const rest = await need(reader, start, ((sizeByte[0] ?? 0) + 1) * 4 - 1);
    yield Buffer.concat([sizeByte, rest]);
    const data = reader.position();
    yield* lzma2Chunks(reader, start);
    const padding = (4 - ((reader.position() - data) % 4)) % 4;
    yield await need(reader, start, padding + (CHECK_SIZES[checkId] ?? 0));
  }
}

const CHECK_NAMES: Readonly<Record<number, XzStream['check']>> = {
  0: 'none',
  1: 'crc32',
  4: 'crc64',
  10: 'sha256',
};
const CHECK_SIZES = [0, 4, 4, 4, 8, 8, 8, 16, 16, 16, 32, 32, 32, 64, 64, 64];

/** Every filter chain of .xz ends in LZMA2, whose chunks say their own length. */
async function* lzma2Chunks(reader: ByteReader, start: number): AsyncGenerator<Buffer> {
  for (;;) {
    const control = await need(reader, start, 1);
    const kind = control[0] ?? 0;
    if (kind === 0) {
      yield control;
      return;
    }
    if (kind < 0x80) {
      if (kind > 2) throw damaged(start, `LZMA2 control byte ${kind}`);
      const size = await need(reader, start, 2);
      yield Buffer.concat([control, size, await need(reader, start, size.readUInt16BE(0) + 1)]);
    } else {
      // From 0xc0 on a byte of new properties follows the two sizes.
      const head = await need(reader, start, kind >= 0xc0 ? 5 : 4);
      yield Buffer.concat([control, head, await need(reader, start, head.readUInt16BE(2) + 1)]);
    }
  }
}

async function* indexAndFooter(
  reader: ByteReader,
  start: number,
  indicator: Buffer,
): AsyncGenerator<Buffer> {
  const index = reader.position() - 1;
  yield indicator;
  const records = await variableInteger(reader, start);
  yield records.raw;
  for (let i = 0; i < records.value * 2; i++) yield (await variableInteger(reader, start)).raw;
  const padding = (4 - ((reader.position() - index) % 4)) % 4;
  yield await need(reader, start, padding + 4);
  const footer = await need(reader, start, 12);
  if (footer.toString('latin1', 10) !== 'YZ') throw damaged(start, 'no xz footer');
  yield footer;
}

async function variableInteger(
  reader: ByteReader,
  start: number,
): Promise<{ value: number; raw: Buffer }> {
  let value = 0;
  const bytes: number[] = [];
  for (let i = 0; i < 9; i++) {
    const byte = (await need(reader, start, 1))[0] ?? 0;
    bytes.push(byte);
    value += (byte & 0x7f) * 2 ** (7 * i);
    if (byte < 0x80) return { value, raw: Buffer.from(bytes) };
  }
  throw damaged(start, 'an integer of more than 9 bytes');
}

async function need(reader: ByteReader, start: number, length: number): Promise<Buffer> {
  const bytes = await reader.take(length);
  if (bytes.length < length) throw damaged(start, 'the data ends inside the stream');
  return bytes;
}

function damaged(offset: number, what: string): BuildError {
  return new BuildError(`Cannot read xz stream at offset ${offset}: found ${what}`);
}
