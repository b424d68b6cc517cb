// One member of a .gz file (RFC 1952). A deflate stream says nothing of its length, so it is decoded to find its end.
import { once } from 'node:events';
import { crc32, createInflateRaw, type InflateRaw } from 'node:zlib';
import { BuildError } from '../model/errors.ts';
import type { ByteReader } from './byte-reader.ts';

export interface GzipMember {
  /** Bytes of the whole member. */
  readonly bytes: number;
}

/**
 * Takes one member from the reader and yields its content. The reader then stands right behind the member.
 * @throws BuildError with the offset where the member is malformed, cut off or does not match its checksum
 */
export async function* gzipMember(reader: ByteReader): AsyncGenerator<Buffer, GzipMember> {
  const start = reader.position();
  await skipHeader(reader, start);
  const inflate = createInflateRaw({ chunkSize: 256 * 1024 });
  const fed = feed(reader, inflate);
  let checksum = 0;
  let size = 0;
  try {
    for await (const rawChunk of inflate) {
      const chunk: unknown = rawChunk;
      if (!(chunk instanceof Buffer)) continue;
      checksum = crc32(chunk, checksum);
      size += chunk.length;
      yield chunk;
    }
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new BuildError(`Cannot read gzip member at offset ${start}: ${reason}`, { cause });
  } finally {
    inflate.destroy();
  }
  const { bytes, last } = await fed;
  // zlib was handed more than it wanted: give the rest back.
  reader.unread(last.subarray(last.length - (bytes - inflate.bytesWritten)));
  const trailer = await need(reader, start, 8);
  if (trailer.readUInt32LE(0) !== checksum || trailer.readUInt32LE(4) !== size % 2 ** 32) {
    throw damaged(start, 'content that does not match its checksum');
  }
  return { bytes: reader.position() - start };
}

async function skipHeader(reader: ByteReader, start: number): Promise<void> {
  const header = await need(reader, start, 10);
  if (header.readUInt16BE(0) !== 0x1f8b || header[2] !== 8) throw damaged(start, 'no gzip magic');
  const flags = header.readUInt8(3);
  if ((flags & 4) !== 0) {
    const length = (await need(reader, start, 2)).readUInt16LE(0);
    await need(reader, start, length);
  }
  if ((flags & 8) !== 0) await skipText(reader, start);
  if ((flags & 16) !== 0) await skipText(reader, start);
  if ((flags & 2) !== 0) await need(reader, start, 2);
}

async function skipText(reader: ByteReader, start: number): Promise<void> {
  while ((await need(reader, start, 1))[0] !== 0);
}

/** Hands chunks over one at a time until the deflate stream ends, so that only the last one can be too long. */
async function feed(
  reader: ByteReader,
  inflate: InflateRaw,
): Promise<{ bytes: number; last: Buffer }> {
  let bytes = 0;
  const closed = once(inflate, 'close').catch(() => undefined);
  for (;;) {
    const last = await reader.takeSome(64 * 1024);
    if (last === undefined) {
      inflate.end();
      return { bytes, last: Buffer.alloc(0) };
    }
    bytes += last.length;
    const written = new Promise<void>((resolve) => inflate.write(last, () => resolve()));
    await Promise.race([written, closed]);
    if (inflate.bytesWritten < bytes || inflate.destroyed) return { bytes, last };
  }
}

async function need(reader: ByteReader, start: number, length: number): Promise<Buffer> {
  const bytes = await reader.take(length);
  if (bytes.length < length) throw damaged(start, 'the data ends inside the member');
  return bytes;
}

function damaged(offset: number, what: string): BuildError {
  return new BuildError(`Cannot read gzip member at offset ${offset}: found ${what}`);
}
