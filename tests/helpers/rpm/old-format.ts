import { createHash } from 'node:crypto';
import { encodeRpmStart } from '../../../src/formats/rpm-archive.ts';
import { rpmHeaderMagic } from '../../../src/formats/rpm-header.ts';

/** A package as rpm before 4.14 would have built it: without digests of the payload in its header. */
export function asOldRpm(archive: Buffer, name: string): Buffer {
  const signatureEnd = endOfHeader(archive, 96);
  const start = signatureEnd + ((8 - ((signatureEnd - 96) % 8)) % 8);
  const end = endOfHeader(archive, start);
  const header = without(payloadDigests, archive.subarray(start + rpmHeaderMagic.length, end));
  const payload = archive.subarray(end);
  const md5 = createHash('md5').update(rpmHeaderMagic).update(header).update(payload).digest();
  const head = encodeRpmStart(name, header, payload.length, md5);
  return Buffer.concat([head, rpmHeaderMagic, header, payload]);
}

const payloadDigests = [5092, 5093, 5097];

function endOfHeader(archive: Buffer, at: number): number {
  return at + 16 + 16 * archive.readUInt32BE(at + 8) + archive.readUInt32BE(at + 12);
}

/** The header laid out anew: its first entry is the region that spans all. */
function without(tags: readonly number[], header: Buffer): Buffer {
  const count = header.readUInt32BE(0);
  const data = header.subarray(8 + 16 * count);
  const index: Buffer[] = [];
  const values: Buffer[] = [];
  let length = 0;
  for (let entry = 1; entry < count; entry++) {
    const [tag = 0, type = 0, offset = 0, items = 0] = [0, 4, 8, 12].map((field) =>
      header.readUInt32BE(8 + 16 * entry + field),
    );
    if (tags.includes(tag)) continue;
    const alignment = sizes.get(type) ?? 1;
    const padding = Buffer.alloc((alignment - (length % alignment)) % alignment);
    const value = data.subarray(offset, offset + lengthOf(type, items, data, offset));
    index.push(words(tag, type, length + padding.length, items));
    values.push(padding, value);
    length += padding.length + value.length;
  }
  const kept = index.length + 1;
  return Buffer.concat([
    words(kept, length + 16),
    words(63, 7, length, 16),
    ...[...index, ...values],
    words(63, 7, (-16 * kept) >>> 0, 16),
  ]);
}

// Numbers of 16, 32 and 64 bits.
const sizes: ReadonlyMap<number, number> = new Map([
  [3, 2],
  [4, 4],
  [5, 8],
]);

function lengthOf(type: number, items: number, data: Buffer, offset: number): number {
  const isText = type === 6 || type === 8 || type === 9;
  if (!isText) return items * (sizes.get(type) ?? 1);
  let end = offset;
  for (let item = 0; item < items; item++) end = data.indexOf(0, end) + 1;
  return end - offset;
}

function words(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(4 * values.length);
  for (const [at, value] of values.entries()) bytes.writeUInt32BE(value, 4 * at);
  return bytes;
}
