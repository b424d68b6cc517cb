// An initrd as a sequence of members, read as the kernel does (Linux, init/initramfs.c and lib/decompress_unzstd.c).
import { BuildError } from '../../model/errors.ts';
import { byteReader, type ByteReader } from '../byte-reader.ts';
import { gzipMember } from '../gzip-member.ts';
import { MAGIC_LENGTH, memberKind } from '../member-magic.ts';
import {
  readNewc,
  type Excerpt,
  type NewcEnd,
  type NewcEntry,
  type NewcHead,
} from '../newc-reader.ts';
import { xzStream } from '../xz-stream.ts';
import { zstdFrame, type ZstdFrame } from '../zstd-frame.ts';

export type MemberCompression = 'zstd' | 'xz' | 'gzip' | 'none';

/** Unpacks one whole zstd frame or xz stream. */
export type Decompress = (
  compression: 'zstd' | 'xz',
  chunks: AsyncIterable<Uint8Array>,
) => AsyncIterable<Uint8Array>;

export interface MemberHead {
  /** From 0. */
  readonly index: number;
  /** Bytes from the image's start. */
  readonly offset: number;
  readonly compression: MemberCompression;
}

export interface Member extends MemberHead {
  /** Bytes in the image, padding not counted. */
  readonly bytes: number;
  readonly entries: number;
}

/** A fault that the kernel would stumble over. `archive` ends the walk, the others do not. */
export interface MemberProblem {
  readonly kind: 'archive' | 'alignment' | 'compression';
  readonly message: string;
}

export interface MemberVisitor {
  /**
   * Says of a member that was read before how much of the image it takes: it is passed over, and its entries are the visitor's
   * to know.
   */
  readonly passOver?: (member: MemberHead) => Pick<Member, 'bytes' | 'entries'> | undefined;
  readonly onMember?: (member: MemberHead) => void;
  readonly onEntry: (entry: NewcEntry, member: MemberHead) => void;
  readonly onProblem: (problem: MemberProblem) => void;
  /** Chooses the regular files whose content is delivered, whole or as an excerpt, one in memory at a time. */
  readonly wants: (head: NewcHead) => boolean | Excerpt;
}

/**
 * Walks an image to its end and hands every entry over. What cannot be read is told, and ends the walk: the result is
 * then undefined, since nothing can be said of what follows.
 */
export async function readMembers(
  reader: ByteReader,
  decompress: Decompress,
  { passOver, onMember, onEntry, onProblem, wants }: MemberVisitor,
): Promise<readonly Member[] | undefined> {
  const members: Member[] = [];
  for (let index = 0; ; index++) {
    await reader.skipZeros();
    const offset = reader.position();
    const magic = await reader.peek(MAGIC_LENGTH);
    if (magic.length === 0) return members;
    const compression = memberCompression(magic);
    const name = memberName({ index, offset });
    const problem = (kind: MemberProblem['kind'], message: string): void =>
      onProblem({ kind, message });
    if (compression === undefined) {
      const kind = memberKind(magic) ?? `bytes ${magic.toString('hex')}`;
      problem('archive', `Cannot read ${name}: found ${kind}, wanted newc, zstd, xz or gzip`);
      return undefined;
    }
    if (offset % 4 !== 0) {
      problem('alignment', `Misplaced ${name}: every member has to start at a multiple of 4`);
    }
    const head = { index, offset, compression };
    onMember?.(head);
    const known = passOver?.(head);
    if (known !== undefined) {
      await reader.skip(known.bytes);
      members.push({ ...head, ...known });
      continue;
    }
    const plain = openMember(reader, compression, decompress);
    try {
      const end = await walkArchive(plain.reader, wants, (entry) => onEntry(entry, head));
      if (!end.trailer) {
        problem('archive', `Cut off ${name}: it ends without TRAILER!!!, or is split over frames`);
      }
      if (compression !== 'none') await expectOnlyZeros(plain.reader);
      for (const message of plain.complaints()) problem('compression', `Unfit ${name}: ${message}`);
      members.push({ ...head, bytes: reader.position() - offset, entries: end.entries });
    } catch (caught) {
      const cause = plain.failure() ?? caught;
      if (!(cause instanceof BuildError)) throw cause;
      problem('archive', `Damaged ${name}: ${cause.message}`);
      return undefined;
    } finally {
      if (plain.reader !== reader) await plain.reader.close();
    }
  }
}

/** A member as messages call it. */
export function memberName({ index, offset }: Pick<MemberHead, 'index' | 'offset'>): string {
  return `member ${index + 1} at offset ${offset}`;
}

const WINDOW_MAX = 8 * 1024 * 1024;

function memberCompression(magic: Buffer): MemberCompression | undefined {
  const kind = memberKind(magic);
  switch (kind) {
    case 'newc':
      return 'none';
    // A skippable frame is refused by the frame's own reader, with a better message.
    case 'zstd-skippable':
      return 'zstd';
    case 'zstd':
    case 'xz':
    case 'gzip':
      return kind;
    case 'newc-crc':
    case 'odc':
    case 'lz4':
    case 'lz4-frame':
    case 'bzip2':
    case 'lzma':
    case 'lzo':
    case undefined:
      return undefined;
    default:
      return kind satisfies never;
  }
}

interface OpenMember {
  /** The unpacked cpio archive. */
  readonly reader: ByteReader;
  /** Faults of the compression. Throws BuildError where the image was not read up to the member's end. */
  readonly complaints: () => readonly string[];
  /** Why the compressed bytes could not be read: the reason behind whatever the decompressor says. */
  readonly failure: () => unknown;
}

function openMember(
  image: ByteReader,
  compression: MemberCompression,
  decompress: Decompress,
): OpenMember {
  let complaints: readonly string[] | undefined;
  let failure: unknown;
  async function* watched<End>(
    walk: AsyncGenerator<Buffer, End>,
    judge: (end: End) => readonly string[],
  ): AsyncGenerator<Buffer> {
    try {
      complaints = judge(yield* walk);
    } catch (error) {
      failure = error;
      throw error;
    }
  }
  const finished = (): readonly string[] => {
    if (complaints !== undefined) return complaints;
    throw new BuildError('The decompressor did not read it to its end');
  };
  switch (compression) {
    case 'none':
      return { reader: image, complaints: () => [], failure: () => undefined };
    case 'gzip': {
      const plain = watched(gzipMember(image), () => []);
      return { reader: byteReader(plain), complaints: finished, failure: () => failure };
    }
    case 'zstd': {
      const plain = decompress('zstd', watched(zstdFrame(image), judgeZstd));
      return { reader: byteReader(plain), complaints: finished, failure: () => failure };
    }
    case 'xz': {
      const plain = decompress('xz', watched(xzStream(image), judgeXz));
      return { reader: byteReader(plain), complaints: finished, failure: () => failure };
    }
    default:
      return compression satisfies never;
  }
}

function judgeZstd({ windowSize, dictionaryId }: ZstdFrame): string[] {
  const complaints: string[] = [];
  if (windowSize > WINDOW_MAX) {
    complaints.push(
      `its window is ${windowSize} bytes, at most ${WINDOW_MAX} keep memory small at boot`,
    );
  }
  if (dictionaryId !== 0) complaints.push('it needs a dictionary, the kernel has none');
  return complaints;
}

function judgeXz({ check }: { readonly check: string }): string[] {
  if (check === 'crc32' || check === 'none') return [];
  return [`its check is ${check}, the kernel knows crc32 and none`];
}

async function walkArchive(
  reader: ByteReader,
  wants: MemberVisitor['wants'],
  onEntry: (entry: NewcEntry) => void,
): Promise<NewcEnd> {
  const walk = readNewc(reader, wants);
  for (;;) {
    const next = await walk.next();
    if (next.done === true) return next.value;
    onEntry(next.value);
  }
}

async function expectOnlyZeros(reader: ByteReader): Promise<void> {
  await reader.skipZeros();
  if ((await reader.peek(1)).length === 0) return;
  throw new BuildError(
    `Found more after its cpio archive, at unpacked offset ${reader.position()}`,
  );
}
