import { pathText } from '../model/path-bytes.ts';

// The header structure of rpm packages (RPM manual, "Package format V4"): an index of tags, sorted, and their data.

/** One header, from its count of tags on: what rpm's database keeps of a package as its immutable header. */
export interface RpmHeader {
  readonly bytes: Buffer;
  readonly entries: ReadonlyMap<number, RpmHeaderEntry>;
}

export interface RpmHeaderEntry {
  readonly type: number;
  readonly count: number;
  /** From the start of the header's bytes. */
  readonly offset: number;
}

/** Eight bytes that stand before each header in a file; digests of a header include them. */
export const rpmHeaderMagic = Buffer.from('8eade80100000000', 'hex');

/** @throws RangeError where the bytes end before the header does */
export function parseRpmHeader(bytes: Buffer): RpmHeader {
  const tags = bytes.readUInt32BE(0);
  const data = 8 + 16 * tags;
  if (bytes.length !== data + bytes.readUInt32BE(4)) throw new RangeError('not one whole header');
  const entries = new Map<number, RpmHeaderEntry>();
  for (let at = 8; at < data; at += 16) {
    const [tag, type, offset, count] = [0, 4, 8, 12].map((field) => bytes.readUInt32BE(at + field));
    if (tag === undefined || type === undefined || offset === undefined || count === undefined)
      continue;
    entries.set(tag, { type, count, offset: data + offset });
  }
  return { bytes, entries };
}

/** The strings of a tag; none where the header lacks it. Of a translated one the first, which is that of C. */
export function stringsOf({ bytes, entries }: RpmHeader, tag: number): readonly string[] {
  const entry = entries.get(tag);
  if (entry === undefined) return [];
  const found: string[] = [];
  let at = entry.offset;
  for (let index = 0; index < entry.count; index++) {
    const end = bytes.indexOf(0, at);
    if (end === -1) throw new RangeError(`tag ${tag} has no end`);
    found.push(pathText(bytes.subarray(at, end)));
    at = end + 1;
  }
  return found;
}

/** The numbers of a tag; none where the header lacks it. */
export function numbersOf({ bytes, entries }: RpmHeader, tag: number): readonly number[] {
  const entry = entries.get(tag);
  if (entry === undefined) return [];
  const { type, count, offset } = entry;
  return Array.from({ length: count }, (_, index) => {
    switch (type) {
      case int16:
        return bytes.readUInt16BE(offset + 2 * index);
      case int32:
        return bytes.readUInt32BE(offset + 4 * index);
      case int64:
        return Number(bytes.readBigUInt64BE(offset + 8 * index));
      default:
        throw new RangeError(`tag ${tag} is no number`);
    }
  });
}

/** A copy in which numbers of 32 bits, by their index in the tag, and strings of the same length are others. */
export function patchRpmHeader(
  { bytes, entries }: RpmHeader,
  numbers: { readonly tag: number; readonly values: ReadonlyMap<number, number> },
  strings: ReadonlyMap<number, string>,
): Buffer {
  const patched = Buffer.from(bytes);
  const start = entries.get(numbers.tag)?.offset;
  for (const [index, value] of numbers.values) {
    if (start !== undefined) patched.writeUInt32BE(value, start + 4 * index);
  }
  for (const [tag, text] of strings) {
    const offset = entries.get(tag)?.offset;
    if (offset !== undefined) patched.write(text, offset, 'latin1');
  }
  return patched;
}

export type RpmValue =
  | { readonly type: 'string'; readonly text: string }
  | { readonly type: 'int32'; readonly value: number }
  | { readonly type: 'bytes'; readonly bytes: Buffer };

/** A header with its magic. `region` is the tag that spans all others; these are given in ascending order. */
export function encodeRpmHeader(
  region: number,
  values: readonly (readonly [tag: number, value: RpmValue])[],
): Buffer {
  const index: Buffer[] = [];
  const data: Buffer[] = [];
  let length = 0;
  const append = (bytes: Buffer): number => {
    data.push(bytes);
    length += bytes.length;
    return length - bytes.length;
  };
  for (const [tag, value] of values) {
    switch (value.type) {
      case 'string':
        index.push(words(tag, string, append(Buffer.from(`${value.text}\0`)), 1));
        break;
      case 'int32':
        append(Buffer.alloc((4 - (length % 4)) % 4));
        index.push(words(tag, int32, append(words(value.value)), 1));
        break;
      case 'bytes':
        index.push(words(tag, binary, append(value.bytes), value.bytes.length));
        break;
      default:
        value satisfies never;
    }
  }
  // The region's data is an entry of its own, which leads back to the start of the index.
  const tags = values.length + 1;
  const trailer = append(words(region, binary, (-16 * tags) >>> 0, 16));
  return Buffer.concat([
    rpmHeaderMagic,
    words(tags, length),
    words(region, binary, trailer, 16),
    ...index,
    ...data,
  ]);
}

function words(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(4 * values.length);
  for (const [index, value] of values.entries()) bytes.writeUInt32BE(value, 4 * index);
  return bytes;
}

const [int16, int32, int64, string, binary] = [3, 4, 5, 6, 7];
