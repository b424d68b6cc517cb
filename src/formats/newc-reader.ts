// The reading half of cpio "newc". It shares nothing with the writer, so that a mistake of one cannot hide in both.
import { BuildError } from '../model/errors.ts';
import type { ByteReader } from './byte-reader.ts';
import { pathText } from '../model/path-bytes.ts';

/** A header with its name, numbers as they stand. */
export interface NewcHead {
  /** As it stands: no slash is taken away. */
  readonly path: string;
  /** Offset of the header in the reader's stream. */
  readonly offset: number;
  /** File type and permission bits. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly mtime: number;
  readonly ino: number;
  readonly nlink: number;
  readonly size: number;
  readonly rmajor: number;
  readonly rminor: number;
  /** Device that `ino` is of: hard links have both in common. */
  readonly dmajor: number;
  readonly dminor: number;
}

export interface NewcEntry extends NewcHead {
  /**
   * Content of a regular file, or a symlink's target; undefined where `wants` said no. Valid only until the next entry is
   * asked for, whose content takes the same place: copy what has to stay.
   */
  readonly data: Buffer | undefined;
  /** The content where `wants` said "stream". It can be read once, and only until the next entry is asked for. */
  readonly content?: AsyncIterable<Buffer>;
  /** The bytes that an excerpt passes over, absent where `data` is the whole content. */
  readonly gap?: Gap;
}

/** As many bytes of a content as its two ends may take; of a longer one its middle is not delivered. */
export interface Excerpt {
  readonly first: number;
  readonly last: number;
}

export interface Gap {
  /** Bytes of `data` that lie before it. */
  readonly offset: number;
  readonly length: number;
}

export interface NewcEnd {
  /** False: the stream ended behind an entry without TRAILER!!!, as a truncated one may. */
  readonly trailer: boolean;
  readonly entries: number;
}

/**
 * Walks one archive from the reader's position and stops right behind the trailer, or at the end of the stream.
 * Strict as Linux 7.2's init/initramfs.c (hex digits only, name ends in NUL) and stricter where that skips
 * an entry in silence. `wants` chooses the regular files whose content is delivered, whole or as an excerpt, one in memory
 * at a time, or as a stream.
 * @throws BuildError with the offset and the entry's name where the bytes are no newc archive
 */
export async function* readNewc(
  reader: ByteReader,
  wants: (head: NewcHead) => boolean | Excerpt | 'stream' = () => true,
): AsyncGenerator<NewcEntry, NewcEnd> {
  const space: Space = { buffer: Buffer.alloc(0) };
  for (let entries = 0; ; entries++) {
    const head = await readNewcHead(reader, ['070701']);
    if (head === undefined) return { trailer: false, entries };
    if (head.path === TRAILER) return { trailer: true, entries };
    const type = head.mode & S_IFMT;
    if (head.size > 0 && type !== S_IFREG && type !== S_IFLNK) {
      throw damaged(head.offset, head.path, `${head.size} bytes of data where none can be`);
    }
    if (type === S_IFLNK && head.size > PATH_MAX) {
      throw damaged(head.offset, head.path, `a symlink target of ${head.size} bytes`);
    }
    const wanted = type === S_IFLNK ? true : wants(head);
    if (wanted === 'stream') {
      const { content, left } = streamed(reader, head);
      yield { ...head, data: undefined, content };
      await skipData(reader, head, { offset: head.size - left(), length: left() });
      await skipNewcPadding(reader, head.size, head);
      continue;
    }
    const gap = gapOf(head, wanted);
    const data = wanted === false ? undefined : await readData(reader, head, gap, space);
    if (data === undefined) await skipData(reader, head, { offset: 0, length: head.size });
    await skipNewcPadding(reader, head.size, head);
    yield gap === undefined ? { ...head, data } : { ...head, data, gap };
  }
}

/** The name of the entry that ends an archive. */
export const TRAILER = 'TRAILER!!!';

const S_IFMT = 0o170000;
const S_IFREG = 0o100000;
const S_IFLNK = 0o120000;
const PATH_MAX = 4096;
const HEADER = 110;

/**
 * Takes one header and its name; undefined at the end of the stream. The reader then stands at the content. `magics` are those
 * that are taken: 070702 has a checksum, which is not looked at.
 * @throws BuildError as readNewc()
 */
export async function readNewcHead(
  reader: ByteReader,
  magics: readonly string[],
): Promise<NewcHead | undefined> {
  const offset = reader.position();
  const raw = await reader.take(HEADER);
  if (raw.length === 0) return undefined;
  if (raw.length < HEADER) {
    throw damaged(
      offset,
      undefined,
      `the archive ends after ${raw.length} of ${HEADER} header bytes`,
    );
  }
  const magic = raw.toString('latin1', 0, 6);
  if (!magics.includes(magic)) {
    const wanted = magics.map((each) => `"${each}"`).join(' or ');
    throw damaged(offset, undefined, `magic ${JSON.stringify(magic)}, wanted ${wanted}`);
  }
  const field = (index: number): number => {
    const value = hexNumber(raw, 6 + 8 * index);
    if (value !== undefined) return value;
    const digits = JSON.stringify(raw.toString('latin1', 6 + 8 * index, 14 + 8 * index));
    throw damaged(offset, undefined, `header field ${digits}, wanted 8 hex digits`);
  };
  const nameLength = field(11);
  if (nameLength < 2 || nameLength > PATH_MAX) {
    throw damaged(offset, undefined, `a name of ${nameLength} bytes, wanted 2 to ${PATH_MAX}`);
  }
  const rawName = await reader.take(nameLength);
  if (rawName.length < nameLength) {
    throw damaged(offset, undefined, `the archive ends inside a name of ${nameLength} bytes`);
  }
  if (rawName[nameLength - 1] !== 0) {
    throw damaged(offset, rawName.toString(), 'a name that does not end in NUL');
  }
  // More than one NUL is allowed: some writers align the data so.
  const path = pathText(rawName.subarray(0, rawName.indexOf(0)));
  if (path === '') throw damaged(offset, path, 'an empty name');
  const head: NewcHead = {
    path,
    offset,
    ino: field(0),
    mode: field(1),
    uid: field(2),
    gid: field(3),
    nlink: field(4),
    mtime: field(5),
    size: field(6),
    rmajor: field(9),
    rminor: field(10),
    dmajor: field(7),
    dminor: field(8),
  };
  field(12);
  await skipNewcPadding(reader, HEADER + nameLength, head);
  return head;
}

/** Eight digits. hex2bin() of Linux 7 takes nothing else: no sign, blank or "0x". */
function hexNumber(bytes: Buffer, at: number): number | undefined {
  let value = 0;
  for (let index = at; index < at + 8; index++) {
    const digit = hexDigits[bytes[index] ?? 0] ?? 16;
    if (digit === 16) return undefined;
    value = value * 16 + digit;
  }
  return value;
}

// By the byte; 16 stands for what is none.
const hexDigits = Uint8Array.from({ length: 256 }, (_, byte) => {
  const character = String.fromCharCode(byte);
  return /[0-9A-Fa-f]/.test(character) ? Number.parseInt(character, 16) : 16;
});

/** Used again for every file: collecting the garbage of hundreds of megabytes comes too late to keep memory small. */
interface Space {
  buffer: Buffer;
}

function gapOf({ size }: NewcHead, wanted: boolean | Excerpt): Gap | undefined {
  if (typeof wanted === 'boolean' || size <= wanted.first + wanted.last) return undefined;
  return { offset: wanted.first, length: size - wanted.first - wanted.last };
}

async function readData(
  reader: ByteReader,
  head: NewcHead,
  gap: Gap | undefined,
  space: Space,
): Promise<Buffer> {
  if (head.size === 0) return Buffer.alloc(0);
  if (gap !== undefined) {
    await fill(reader, head, space, { from: 0, to: gap.offset, passed: 0 });
    await skipData(reader, head, gap);
    const { offset: from, length: passed } = gap;
    return await fill(reader, head, space, { from, to: head.size - passed, passed });
  }
  const first = await reader.takeSome(head.size);
  if (first === undefined) throw truncated(head, 0);
  if (first.length === head.size) return first;
  append(space, 0, first);
  return await fill(reader, head, space, { from: first.length, to: head.size, passed: 0 });
}

/** Reads on until `space` holds `to` bytes; `passed` of the content are not in it. */
async function fill(
  reader: ByteReader,
  head: NewcHead,
  space: Space,
  { from, to, passed }: { readonly from: number; readonly to: number; readonly passed: number },
): Promise<Buffer> {
  for (let filled = from; filled < to;) {
    const piece = await reader.takeSome(to - filled);
    if (piece === undefined) throw truncated(head, filled + passed);
    append(space, filled, piece);
    filled += piece.length;
  }
  return space.buffer.subarray(0, to);
}

function streamed(
  reader: ByteReader,
  head: NewcHead,
): { readonly content: AsyncIterable<Buffer>; readonly left: () => number } {
  let left = head.size;
  async function* content(): AsyncGenerator<Buffer> {
    while (left > 0) {
      const piece = await reader.takeSome(left);
      if (piece === undefined) throw truncated(head, head.size - left);
      left -= piece.length;
      yield piece;
    }
  }
  return { content: content(), left: () => left };
}

async function skipData(
  reader: ByteReader,
  head: NewcHead,
  { offset, length }: Gap,
): Promise<void> {
  const skipped = await reader.skip(length);
  if (skipped < length) throw truncated(head, offset + skipped);
}

/** Doubles: memory is taken for what came, not for what a header of a few bytes claims will come. */
function append(space: Space, filled: number, piece: Buffer): void {
  const wanted = filled + piece.length;
  if (space.buffer.length < wanted) {
    const larger = Buffer.allocUnsafeSlow(Math.max(wanted, 2 * space.buffer.length));
    space.buffer.copy(larger, 0, 0, filled);
    space.buffer = larger;
  }
  piece.copy(space.buffer, filled);
}

/** Takes the zeros behind `length` bytes of header or content. */
export async function skipNewcPadding(
  reader: ByteReader,
  length: number,
  head: NewcHead,
): Promise<void> {
  const wanted = (4 - (length % 4)) % 4;
  const padding = await reader.take(wanted);
  if (padding.length < wanted) {
    throw damaged(head.offset, head.path, 'the archive ends inside padding');
  }
  if (padding.some((byte) => byte !== 0)) {
    throw damaged(head.offset, head.path, 'padding that is not zero');
  }
}

/** The stream ended inside of an entry's content. */
export function truncated(head: NewcHead, found: number): BuildError {
  return damaged(
    head.offset,
    head.path,
    `the archive ends after ${found} of ${head.size} bytes of content`,
  );
}

function damaged(offset: number, path: string | undefined, what: string): BuildError {
  const entry = path === undefined ? 'cpio entry' : `cpio entry "${path}"`;
  return new BuildError(`Cannot read ${entry} at offset ${offset}: found ${what}`);
}
