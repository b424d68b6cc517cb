// Reads a stream of chunks piece by piece; what the streaming formats stand on.

/** A stream with a position. Nothing is read ahead beyond the chunk that is needed. */
export interface ByteReader {
  /** Bytes taken so far. */
  position(): number;
  /** The next `length` bytes, fewer at the end of the stream; they stay in the stream. */
  peek(length: number): Promise<Buffer>;
  /** The next `length` bytes, fewer at the end of the stream. Valid for as long as it is held. */
  take(length: number): Promise<Buffer>;
  /** Between 1 and `limit` bytes, whatever is at hand; undefined at the end of the stream. */
  takeSome(limit: number): Promise<Buffer | undefined>;
  /** Leaves out up to `length` bytes and says how many there were. */
  skip(length: number): Promise<number>;
  /** Takes zero bytes up to the first other byte or the end and says how many there were. */
  skipZeros(): Promise<number>;
  /** Puts the last bytes taken back. */
  unread(bytes: Buffer): void;
  /** Tells the source that no more is wanted, so that it can let go of what it holds. */
  close(): Promise<void>;
}

export function byteReader(chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): ByteReader {
  const source = iterate(chunks);
  let rest: Buffer = Buffer.alloc(0);
  let position = 0;

  /** Makes `rest` non-empty, or false at the end. */
  async function more(): Promise<boolean> {
    while (rest.length === 0) {
      const next = await source.next();
      if (next.done === true) return false;
      rest = asBuffer(next.value);
    }
    return true;
  }

  function cut(length: number): Buffer {
    const piece = rest.subarray(0, length);
    rest = rest.subarray(length);
    position += piece.length;
    return piece;
  }

  async function takeSome(limit: number): Promise<Buffer | undefined> {
    return (await more()) ? cut(limit) : undefined;
  }

  async function take(length: number): Promise<Buffer> {
    if (length <= rest.length) return cut(length);
    const pieces: Buffer[] = [];
    let missing = length;
    while (missing > 0) {
      const piece = await takeSome(missing);
      if (piece === undefined) break;
      pieces.push(piece);
      missing -= piece.length;
    }
    return pieces.length === 1 && pieces[0] !== undefined ? pieces[0] : Buffer.concat(pieces);
  }

  async function peek(length: number): Promise<Buffer> {
    if (length <= rest.length) return rest.subarray(0, length);
    const bytes = await take(length);
    unread(bytes);
    return bytes;
  }

  async function skip(length: number): Promise<number> {
    let skipped = 0;
    while (skipped < length) {
      const piece = await takeSome(length - skipped);
      if (piece === undefined) break;
      skipped += piece.length;
    }
    return skipped;
  }

  async function skipZeros(): Promise<number> {
    const start = position;
    while (await more()) {
      const end = rest.findIndex((byte) => byte !== 0);
      cut(end === -1 ? rest.length : end);
      if (end !== -1) break;
    }
    return position - start;
  }

  function unread(bytes: Buffer): void {
    rest = rest.length === 0 ? bytes : Buffer.concat([bytes, rest]);
    position -= bytes.length;
  }

  async function close(): Promise<void> {
    await source.return(undefined);
  }

  return { position: () => position, peek, take, takeSome, skip, skipZeros, unread, close };
}

async function* iterate(
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): AsyncGenerator<Uint8Array, undefined> {
  yield* chunks;
}

function asBuffer(chunk: Uint8Array): Buffer {
  return Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
}
