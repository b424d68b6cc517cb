// Data as it stands in the clothes of a compressed stream: for readers that insist on one format, where compression
// would be a waste of time.
import { crc32 } from 'node:zlib';

type Chunks = Iterable<Uint8Array>;

/** One zstd frame of raw blocks (RFC 8878, section 3.1.1). */
export function* storedZstd(chunks: Chunks): Generator<Uint8Array> {
  // No checksum, no size, a window of 128 KiB, which is the largest block.
  yield Buffer.from('28b52ffd0038', 'hex');
  for (const block of pieces(chunks, 1 << 17)) {
    yield littleEndian(block.length << 3, 3);
    yield block;
  }
  yield littleEndian(1, 3);
}

/** One gzip member of stored blocks (RFC 1951, section 3.2.4; RFC 1952). */
export function* storedGzip(chunks: Chunks): Generator<Uint8Array> {
  yield Buffer.from('1f8b08000000000000ff', 'hex');
  let [checksum, length] = [0, 0];
  for (const block of pieces(chunks, 0xffff)) {
    checksum = crc32(block, checksum);
    length += block.length;
    yield Buffer.concat([
      Buffer.of(0),
      littleEndian(block.length, 2),
      littleEndian(block.length ^ 0xffff, 2),
    ]);
    yield block;
  }
  yield Buffer.from('010000ffff', 'hex');
  yield Buffer.concat([littleEndian(checksum, 4), littleEndian(length % 2 ** 32, 4)]);
}

/** One .xz stream of uncompressed LZMA2 chunks (tukaani.org/xz/xz-file-format.txt), with a CRC32. */
export function* storedXz(chunks: Chunks): Generator<Uint8Array> {
  const flags = Buffer.of(0, 1);
  yield Buffer.concat([Buffer.from('fd377a585a00', 'hex'), flags, checksumOf(flags)]);
  // One filter, LZMA2 with a dictionary of 1 MiB; the first byte is the header's size.
  const header = Buffer.from('0200210110000000', 'hex');
  yield Buffer.concat([header, checksumOf(header)]);
  let [checksum, length, packed] = [0, 0, 1];
  for (const piece of pieces(chunks, 1 << 16)) {
    // The first chunk resets the dictionary.
    yield Buffer.of(length === 0 ? 1 : 2, (piece.length - 1) >> 8, (piece.length - 1) & 0xff);
    yield piece;
    checksum = crc32(piece, checksum);
    length += piece.length;
    packed += 3 + piece.length;
  }
  yield Buffer.concat([Buffer.of(0), padding(packed), littleEndian(checksum, 4)]);
  const records = Buffer.concat([
    Buffer.of(0, 1),
    variableInteger(header.length + 4 + packed + 4),
    variableInteger(length),
  ]);
  const index = Buffer.concat([records, padding(records.length)]);
  yield Buffer.concat([index, checksumOf(index)]);
  const back = Buffer.concat([littleEndian(index.length / 4, 4), flags]);
  yield Buffer.concat([checksumOf(back), back, Buffer.from('YZ')]);
}

/** The same bytes, in pieces of at most `longest`, none of them empty. */
function* pieces(chunks: Chunks, longest: number): Generator<Uint8Array> {
  for (const chunk of chunks) {
    for (let at = 0; at < chunk.length; at += longest) yield chunk.subarray(at, at + longest);
  }
}

function checksumOf(bytes: Uint8Array): Buffer {
  return littleEndian(crc32(bytes), 4);
}

function littleEndian(value: number, length: 2 | 3 | 4): Buffer {
  const bytes = Buffer.alloc(length);
  bytes.writeUIntLE(value, 0, length);
  return bytes;
}

function padding(length: number): Buffer {
  return Buffer.alloc((4 - (length % 4)) % 4);
}

function variableInteger(value: number): Buffer {
  const bytes: number[] = [];
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return Buffer.of(...bytes, rest);
    bytes.push((rest % 128) + 128);
  }
}
