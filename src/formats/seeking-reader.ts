// A stream that can be read at any place: what is left out is not read at all.
import type { ByteReader } from './byte-reader.ts';
import type { ReadAt } from './read-at.ts';

const windowBytes = 128 * 1024;

/** The bytes from `start` to `end` of a file. Positions are offsets in the file. */
export function seekingReader(read: ReadAt, start: number, end: number): ByteReader {
  let rest: Buffer = Buffer.alloc(0);
  let position = start;

  function more(wanted: number): boolean {
    if (rest.length > 0) return true;
    rest = read(position, Math.min(Math.max(wanted, windowBytes), end - position));
    return rest.length > 0;
  }

  function cut(length: number): Buffer {
    const piece = rest.subarray(0, length);
    rest = rest.subarray(length);
    position += piece.length;
    return piece;
  }

  async function takeSome(limit: number): Promise<Buffer | undefined> {
    return position < end && more(1) ? cut(limit) : undefined;
  }

  async function peek(length: number): Promise<Buffer> {
    const wanted = Math.min(length, end - position);
    if (rest.length < wanted) {
      rest = Buffer.alloc(0);
      more(wanted);
    }
    return rest.subarray(0, wanted);
  }

  async function take(length: number): Promise<Buffer> {
    await peek(length);
    return cut(length);
  }

  async function skip(length: number): Promise<number> {
    const skipped = Math.min(length, end - position);
    rest = rest.subarray(Math.min(skipped, rest.length));
    position += skipped;
    return skipped;
  }

  async function skipZeros(): Promise<number> {
    const from = position;
    while (position < end && more(1)) {
      const next = rest.findIndex((byte) => byte !== 0);
      cut(next === -1 ? rest.length : next);
      if (next !== -1) break;
    }
    return position - from;
  }

  return {
    position: () => position,
    peek,
    take,
    takeSome,
    skip,
    skipZeros,
    unread: (bytes) => {
      position -= bytes.length;
      rest = Buffer.alloc(0);
    },
    close: async () => {},
  };
}
