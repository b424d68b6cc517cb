// The facts kept of each file of the image. Only indexes are kept with their content.
import type { Lookup, Overlay } from '../formats/initrd/overlay.ts';
import { readElf, isElf, type ElfFacts } from '../formats/elf.ts';
import { elfBytes, machineOf, readElfHeader } from '../formats/elf-header.ts';
import { readElfSection } from '../formats/elf-section.ts';
import { parseModinfo } from '../formats/modinfo.ts';
import { parseModulesBin } from '../formats/modules-bin.ts';
import type { Excerpt, Gap, NewcEntry, NewcHead } from '../formats/newc-reader.ts';
import { checkPackedModule } from '../formats/packed-module.ts';
import type { ReadAt } from '../formats/read-at.ts';
import { BuildError } from '../model/errors.ts';
import { authorizedKeys, ownKeys } from './ssh-files.ts';

export type FileFacts =
  /** `isWhole` is false where the file is too large for all of them to be seen. */
  | { readonly type: 'elf'; readonly elf: ElfFacts; readonly isWhole: boolean }
  | { readonly type: 'module'; readonly facts: ModuleFacts }
  /** The word behind `#!`. */
  | { readonly type: 'script'; readonly interpreter: string }
  | { readonly type: 'kept'; readonly bytes: Buffer }
  | { readonly type: 'damaged'; readonly message: string }
  | { readonly type: 'unseen' }
  | { readonly type: 'empty' }
  | { readonly type: 'other' };

/** The build of a module, and what it says of itself. */
export interface ModuleFacts {
  /** As `machineOf` gives it. */
  readonly machine: string;
  readonly depends: readonly string[];
  readonly aliases: readonly string[];
  readonly vermagic: string | undefined;
}

/** The image's files, laid over each other as the kernel does. */
export type ImageFiles = Overlay<FileFacts>;

export type ImageLookup = Lookup<FileFacts>;

/** Says how much of a file's content has to be read. Firmware is not looked into. */
export function wantsContent({ path, size }: NewcHead): false | Excerpt {
  return size > 0 && !/^(?:usr\/)?lib\/firmware\//.test(path) && EXCERPT;
}

export function fileFacts({ path, size, data: content, gap }: NewcEntry): FileFacts {
  if (size === 0) return { type: 'empty' };
  if (content === undefined) return { type: 'other' };
  const isKept = KEPT.some((pattern) => pattern.test(path));
  const isIndex = INDEX.test(path);
  if ((isKept || isIndex) && gap !== undefined) {
    return { type: 'damaged', message: `it has ${size} bytes, far more than such a file can have` };
  }
  // A copy: the content may be a window into a far larger buffer.
  if (isKept) return { type: 'kept', bytes: Buffer.from(content) };
  if (isIndex) return judged(() => void parseModulesBin(content));
  const file = excerptReader(content, gap);
  if (PACKED.test(path)) {
    if (gap !== undefined) return { type: 'unseen' };
    return judged(() => checkPackedModule(path, content));
  }
  if (path.endsWith('.ko') || isElf(content)) return elfFacts(path, file, size);
  const script = /^#![ \t]*([^ \t\n]+)/.exec(content.toString('latin1', 0, 256))?.[1];
  return script === undefined ? { type: 'other' } : { type: 'script', interpreter: script };
}

/** The content of an index that was kept while the image was read; undefined where it is not in the image. */
export function keptBytes(overlay: ImageFiles, path: string): Buffer | undefined {
  const found = overlay.lookup(path);
  if (found.type !== 'found' || found.node.type !== 'file') return undefined;
  const { facts } = found.node;
  if (facts.type === 'empty') return Buffer.alloc(0);
  return facts.type === 'kept' ? facts.bytes : undefined;
}

/** True of /dev/null, which an image need not have: systemd makes it before it looks for anything there. */
export function isNullDevice({ type, path }: ImageLookup): boolean {
  return path === 'dev/null' || (type === 'missing' && path === 'dev');
}

/**
 * So much of one file is in memory at most. Headers, dynamic strings and .modinfo lie in a file's first part even in
 * libraries of hundreds of megabytes, debug data and section headers behind it.
 */
const EXCERPT: Excerpt = { first: 12 << 20, last: 4 << 20 };

const RULES = /(?:^|\/)udev\/rules\.d\/[^/]+\.rules$/;

const KEPT = [
  /^(?:usr\/)?lib\/modules\/[^/]+\/modules\.(?:dep|dep\.bin|builtin|softdep|weakdep|alias|alias\.bin|builtin\.bin|builtin\.modinfo|devname|symbols|symbols\.bin)$/,
  /^etc\/ld\.so\.(?:cache|conf(?:\.d\/[^/]+)?)$/,
  /^(?:etc|(?:usr\/(?:local\/)?)?lib)\/systemd\/system\//,
  RULES,
  authorizedKeys,
  ownKeys,
];

const INDEX = /\/modules\.builtin\.alias\.bin$/;
const PACKED = /\.ko\.(?:gz|xz|zst)$/;

interface ExcerptReader {
  readonly read: ReadAt;
  /** True where something was asked for that the excerpt does not hold. */
  readonly missed: () => boolean;
}

/** Offsets are those of the whole file. */
function excerptReader(content: Buffer, gap: Gap | undefined): ExcerptReader {
  let missed = false;
  const read: ReadAt = (offset, length) => {
    if (gap === undefined || offset + length <= gap.offset) {
      return content.subarray(offset, offset + length);
    }
    const end = gap.offset + gap.length;
    if (offset >= end) return content.subarray(offset - gap.length, offset - gap.length + length);
    missed = true;
    return content.subarray(offset, gap.offset);
  };
  return { read, missed: () => missed };
}

/** Facts of no use once they have been looked at. */
function judged(check: () => void): FileFacts {
  return orDamaged(() => {
    check();
    return { type: 'other' };
  });
}

function elfFacts(path: string, { read, missed }: ExcerptReader, size: number): FileFacts {
  const facts = orDamaged(() =>
    path.endsWith('.ko') ? moduleFacts(read) : wholeElf(readElf(read), size),
  );
  if (!missed() || facts.type !== 'damaged') return facts;
  if (path.endsWith('.ko')) return { type: 'unseen' };
  const { bits, endian, machine, type } = readElfHeader(elfBytes(read));
  const elf = { ...NOTHING_NEEDED, bits, endian, machine, type };
  return { type: 'elf', elf, isWhole: false };
}

const NOTHING_NEEDED = {
  interpreter: undefined,
  needed: [],
  soname: undefined,
  rpath: [],
  runpath: [],
  dlopen: [],
  loadedBytes: 0,
} as const;

function moduleFacts(read: ReadAt): FileFacts {
  const section = readElfSection(read, '.modinfo');
  if (section === undefined) return { type: 'damaged', message: 'it has no .modinfo section' };
  const { depends, aliases, vermagic } = parseModinfo(section);
  const machine = machineOf(readElfHeader(elfBytes(read)));
  return { type: 'module', facts: { machine, depends, aliases, vermagic } };
}

function wholeElf(elf: ElfFacts, size: number): FileFacts {
  if (elf.loadedBytes <= size) return { type: 'elf', elf, isWhole: true };
  const message = `its segments end at byte ${elf.loadedBytes}, it has ${size}`;
  return { type: 'damaged', message };
}

function orDamaged(look: () => FileFacts): FileFacts {
  try {
    return look();
  } catch (error) {
    if (error instanceof BuildError) return { type: 'damaged', message: error.message };
    throw error;
  }
}
