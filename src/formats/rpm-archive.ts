// The file around an rpm package's header (RPM manual, "Package format V4"): lead, signature, header, payload.
import { createHash } from 'node:crypto';
import {
  encodeRpmHeader,
  numbersOf,
  rpmHeaderMagic,
  stringsOf,
  type RpmHeader,
} from './rpm-header.ts';
import { storedGzip, storedXz, storedZstd } from './stored.ts';

/**
 * Lead and signature of a package without anybody's signature: digests and sizes only. `header` is without its magic,
 * `payload` the number of its bytes as they are in the file, `md5` the digest of header and payload, which is needed
 * where the header itself has none of the payload.
 */
export function encodeRpmStart(
  name: string,
  header: Buffer,
  payload: number,
  md5?: Buffer,
): Buffer {
  const digest = createHash('sha256').update(rpmHeaderMagic).update(header).digest('hex');
  const signature = encodeRpmHeader(62, [
    [273, { type: 'string', text: digest }],
    [1000, { type: 'int32', value: rpmHeaderMagic.length + header.length + payload }],
    ...(md5 === undefined ? [] : [[1004, { type: 'bytes', bytes: md5 }] as const]),
  ]);
  const padding = Buffer.alloc((8 - (signature.length % 8)) % 8);
  return Buffer.concat([encodeLead(name), signature, padding]);
}

/** 96 bytes whose magic is all that is still read. */
function encodeLead(name: string): Buffer {
  const lead = Buffer.alloc(96);
  lead.writeUInt32BE(0xedabeedb, 0);
  lead.writeUInt8(3, 4);
  lead.writeUInt16BE(1, 8);
  lead.write(name, 10, 65, 'utf8');
  lead.writeUInt16BE(1, 76);
  lead.writeUInt16BE(5, 78);
  return lead;
}

/** The bytes before the content of a file in the payload: its number in the header, and all else is there. */
export function encodeRpmFileStart(index: number): Buffer {
  return Buffer.from(`07070X${index.toString(16).padStart(8, '0')}\0\0`, 'latin1');
}

/** The padding behind content of that many bytes. */
export function rpmFilePadding(size: number): Buffer {
  return Buffer.alloc((4 - (size % 4)) % 4);
}

/** The end of the payload: a newc entry of that name. */
export const rpmPayloadEnd = Buffer.from(
  `070701${'0'.repeat(8 * 11)}0000000b00000000TRAILER!!!\0\0\0\0`,
  'latin1',
);

/** The parts of the header that an archive with another payload needs. */
export interface RpmPayloadFormat {
  /** The payload as the header promises it to be compressed. */
  store(chunks: Iterable<Uint8Array>): Iterable<Uint8Array>;
  /**
   * Tags of the SHA-256 of the payload, as it is in the file and before it was compressed; undefined for what rpm before
   * 4.14 has built.
   */
  readonly digests: { readonly stored: number; readonly plain: number } | undefined;
  /** Strings of the header that have to be others, by their tags, and as long. */
  readonly strings: ReadonlyMap<number, string>;
}

/** undefined where such a payload cannot be written here: in rpm 6's own format. */
export function payloadFormat(header: RpmHeader): RpmPayloadFormat | undefined {
  const [compressor = 'gzip'] = stringsOf(header, tags.payloadCompressor);
  const store = formats.get(compressor);
  if (store === undefined || header.entries.has(tags.rpmFormat)) return undefined;
  // bzip2 has no way to store what it does not compress. The rest of its name lies behind the end of the string.
  const strings = new Map(compressor === 'bzip2' ? [[tags.payloadCompressor, 'gzip\0']] : []);
  const [algorithm] = numbersOf(header, tags.payloadDigestAlgorithm);
  switch (algorithm) {
    case undefined:
      return { store, strings, digests: undefined };
    case sha256:
      return {
        ...{ store, strings },
        digests: { stored: tags.payloadDigest, plain: tags.payloadDigestPlain },
      };
    default:
      return undefined;
  }
}

const tags = {
  ...{ payloadCompressor: 1125, payloadDigest: 5092, payloadDigestAlgorithm: 5093 },
  ...{ payloadDigestPlain: 5097, rpmFormat: 5114 },
};

// RFC 4880, section 9.4.
const sha256 = 8;

// rpm reads lzma as xz, too.
const formats: ReadonlyMap<string, RpmPayloadFormat['store']> = new Map([
  ['gzip', storedGzip],
  ['bzip2', storedGzip],
  ['xz', storedXz],
  ['lzma', storedXz],
  ['zstd', storedZstd],
]);
