// Any initrd that a kernel would unpack, whoever made it, read without holding a file of it in memory.
import { BuildError } from '../../model/errors.ts';
import type { ContentRemark, ImageCompression } from '../../model/contents.ts';
import { byteReader, type ByteReader } from '../byte-reader.ts';
import { lz4End, lzopEnd, zstdEnd } from '../frame-ends.ts';
import { gzipMember } from '../gzip-member.ts';
import { MAGIC_LENGTH, memberKind, type MemberKind } from '../member-magic.ts';
import {
  readNewcHead,
  skipNewcPadding,
  TRAILER,
  truncated,
  type NewcHead,
} from '../newc-reader.ts';
import type { ReadAt } from '../read-at.ts';
import { seekingReader } from '../seeking-reader.ts';
import { xzStream } from '../xz-stream.ts';

/** Unpacks one whole frame, stream or file of a compression that this program does not read by itself. */
export type Unpack = (
  compression: Exclude<ImageCompression, 'none' | 'gzip'>,
  chunks: AsyncIterable<Uint8Array>,
) => AsyncIterable<Uint8Array>;

/** Where members lie one after the other. */
export interface Place {
  readonly read: ReadAt;
  /** Offsets of the first byte, and of the first behind it. */
  readonly start: number;
  readonly end: number;
}

export interface WalkedMember {
  /** Bytes from the file's start. */
  readonly offset: number;
  readonly compression: ImageCompression;
}

export interface WalkVisitor {
  readonly onMember: (member: WalkedMember) => void;
  /** `content` can be read until the promise is settled. What is not read is passed over. */
  readonly onEntry: (head: NewcHead, content: Content) => Promise<void> | undefined;
  /** The last member is whole. */
  readonly onEnd: (end: { readonly bytes: number }) => void;
  /** A fault that the kernel stumbles over, and that does not keep from reading on. */
  readonly onProblem: (problem: ContentRemark) => void;
}

/** The content of one entry in pieces; a piece stays valid for as long as it is held. */
export type Content = () => AsyncIterable<Buffer>;

/**
 * Walks the members of one place.
 * @throws BuildError with the offset of the member where the bytes are damaged or cut off; what came before has been handed over
 */
export async function walkInitrd(
  place: Place,
  unpack: Unpack,
  visitor: WalkVisitor,
): Promise<void> {
  const reader = seekingReader(place.read, place.start, place.end);
  for (;;) {
    await reader.skipZeros();
    const offset = reader.position();
    const magic = await reader.peek(MAGIC_LENGTH);
    if (magic.length === 0) return;
    const kind = memberKind(magic);
    const compression = kind === undefined ? undefined : compressions[kind];
    if (compression === undefined || compression === null) {
      throw new BuildError(
        `Cannot read what lies at offset ${offset}: found ${kind ?? `bytes ${magic.toString('hex')}`}, wanted a cpio archive of type newc, or one that a kernel can unpack`,
      );
    }
    visitor.onMember({ offset, compression });
    if (offset % 4 !== 0 && compression === 'none') {
      visitor.onProblem({ type: 'misaligned', offset });
    }
    const plain = openMember(reader, compression, place, unpack);
    try {
      await walkArchive(plain.reader, offset, visitor);
      // The kernel takes several archives in one compressed member, padded or not.
      if (compression !== 'none') {
        while (await hasMore(plain.reader)) await walkArchive(plain.reader, offset, visitor);
      }
      visitor.onEnd({ bytes: reader.position() - offset });
    } catch (caught) {
      const cause = plain.failure() ?? caught;
      if (!(cause instanceof BuildError)) throw cause;
      const kind = compression === 'none' ? 'archive' : `${compression} archive`;
      const isContent = compression !== 'none' && plain.failure() === undefined;
      const where = `${kind} at offset ${offset}${isContent ? ', in what it unpacks to' : ''}`;
      throw new BuildError(`Damaged ${where}: ${cause.message}`, { hint: cause.hint, cause });
    } finally {
      if (plain.reader !== reader) await plain.reader.close();
    }
  }
}

// Null: no kernel unpacks it.
const compressions = {
  newc: 'none',
  'newc-crc': 'none',
  odc: null,
  zstd: 'zstd',
  'zstd-skippable': null,
  xz: 'xz',
  gzip: 'gzip',
  lz4: 'lz4',
  'lz4-frame': null,
  bzip2: 'bzip2',
  lzma: 'lzma',
  lzo: 'lzo',
} satisfies Record<MemberKind, ImageCompression | null>;

interface OpenMember {
  /** The unpacked archives. */
  readonly reader: ByteReader;
  /** Why nothing more was unpacked: that the compressed bytes are damaged, before whatever the decompressor says of it. */
  readonly failure: () => unknown;
}

function openMember(
  image: ByteReader,
  compression: ImageCompression,
  place: Place,
  unpack: Unpack,
): OpenMember {
  if (compression === 'none') {
    return { reader: image, failure: () => undefined };
  }
  let failure: unknown;
  async function* watched<Chunk>(chunks: AsyncIterable<Chunk>): AsyncGenerator<Chunk> {
    try {
      yield* chunks;
    } catch (error) {
      failure ??= error;
      throw error;
    }
  }
  const plain =
    compression === 'gzip'
      ? gzipMember(image)
      : unpack(compression, watched(packed(image, compression, place)));
  return { reader: byteReader(watched<Uint8Array>(plain)), failure: () => failure };
}

/** The compressed bytes of one member. Of some formats only a decoder finds the end: they go on to the image's. */
async function* packed(
  image: ByteReader,
  compression: Exclude<ImageCompression, 'none' | 'gzip'>,
  { read, end }: Place,
): AsyncGenerator<Buffer> {
  if (compression === 'xz') {
    yield* xzStream(image);
    return;
  }
  const start = image.position();
  const ends = { zstd: zstdEnd, lz4: lz4End, lzo: lzopEnd, bzip2: () => end, lzma: () => end };
  const stop = ends[compression](read, start, end);
  await image.skip(stop - start);
  for (let at = start; at < stop; at += chunkBytes) yield read(at, Math.min(chunkBytes, stop - at));
}

const chunkBytes = 256 * 1024;

async function hasMore(reader: ByteReader): Promise<boolean> {
  await reader.skipZeros();
  return (await reader.peek(1)).length > 0;
}

async function walkArchive(
  reader: ByteReader,
  offset: number,
  { onEntry, onProblem }: WalkVisitor,
): Promise<void> {
  for (;;) {
    const head = await readNewcHead(reader, ['070701', '070702']);
    if (head === undefined) {
      onProblem({ type: 'no trailer', offset });
      return;
    }
    if (head.path === TRAILER) return;
    const start = reader.position();
    async function* content(): AsyncGenerator<Buffer> {
      for (let left = head?.size ?? 0; left > 0;) {
        const piece = await reader.takeSome(left);
        if (piece === undefined) return;
        left -= piece.length;
        yield piece;
      }
    }
    const work = onEntry(head, content);
    if (work !== undefined) await work;
    const left = head.size - (reader.position() - start);
    const skipped = left === 0 ? 0 : await reader.skip(left);
    if (skipped < left) throw truncated(head, head.size - left + skipped);
    await skipNewcPadding(reader, head.size, head);
  }
}
