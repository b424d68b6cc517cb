// The facts kept of each file of the image. Only indexes are kept with their content.
import type { Lookup, Overlay } from '../formats/initrd/overlay.ts';
import { readElf, isElf, type ElfFacts } from '../formats/elf.ts';
import { readElfSection } from '../formats/elf-section.ts';
import { parseModinfo } from '../formats/modinfo.ts';
import { parseModulesBin } from '../formats/modules-bin.ts';
import type { NewcHead } from '../formats/newc-reader.ts';
import { checkPackedModule } from '../formats/packed-module.ts';
import { BuildError } from '../model/errors.ts';
import type { ModuleInfo } from '../model/facts.ts';

export type FileFacts =
  | { readonly type: 'elf'; readonly elf: ElfFacts }
  | { readonly type: 'module'; readonly info: ModuleInfo }
  /** The word behind `#!`. */
  | { readonly type: 'script'; readonly interpreter: string }
  | { readonly type: 'kept'; readonly bytes: Buffer }
  | { readonly type: 'damaged'; readonly message: string }
  | { readonly type: 'empty' }
  | { readonly type: 'other' };

/** The image's files, laid over each other as the kernel does. */
export type ImageFiles = Overlay<FileFacts>;

export type ImageLookup = Lookup<FileFacts>;

/** True where a file's content has to be read. Firmware has not. */
export function wantsContent({ path, size }: NewcHead): boolean {
  return size > 0 && !/^(?:usr\/)?lib\/firmware\//.test(path);
}

export function fileFacts(path: string, size: number, content: Buffer | undefined): FileFacts {
  if (size === 0) return { type: 'empty' };
  if (content === undefined) return { type: 'other' };
  // A copy: the content may be a window into a far larger buffer.
  if (KEPT.some((pattern) => pattern.test(path)))
    return { type: 'kept', bytes: Buffer.from(content) };
  if (INDEX.test(path)) return judged(() => void parseModulesBin(content));
  if (PACKED.test(path)) return judged(() => checkPackedModule(path, content));
  if (path.endsWith('.ko') || isElf(content)) return elfFacts(path, content);
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

const KEPT = [
  /^(?:usr\/)?lib\/modules\/[^/]+\/modules\.(?:dep|dep\.bin|builtin|softdep|weakdep|alias)$/,
  /^etc\/ld\.so\.conf(?:\.d\/[^/]+)?$/,
  /^(?:etc|(?:usr\/(?:local\/)?)?lib)\/systemd\/system\//,
  /\/udev\/rules\.d\/(?:60-persistent-storage|80-drivers|99-systemd)\.rules$/,
];

const INDEX = /\/modules\.(?:alias|symbols|builtin|builtin\.alias)\.bin$/;
const PACKED = /\.ko\.(?:gz|xz|zst)$/;

/** Facts of no use once they have been looked at. */
function judged(check: () => void): FileFacts {
  try {
    check();
    return { type: 'other' };
  } catch (error) {
    if (error instanceof BuildError) return { type: 'damaged', message: error.message };
    throw error;
  }
}

function elfFacts(path: string, content: Buffer): FileFacts {
  const read = (offset: number, length: number): Buffer =>
    content.subarray(offset, offset + length);
  try {
    if (!path.endsWith('.ko')) return wholeElf(readElf(read), content.length);
    const section = readElfSection(read, '.modinfo');
    if (section !== undefined) return { type: 'module', info: parseModinfo(section) };
    return { type: 'damaged', message: 'it has no .modinfo section' };
  } catch (error) {
    if (error instanceof BuildError) return { type: 'damaged', message: error.message };
    throw error;
  }
}

function wholeElf(elf: ElfFacts, size: number): FileFacts {
  if (elf.loadedBytes <= size) return { type: 'elf', elf };
  const message = `its segments end at byte ${elf.loadedBytes}, it has ${size}`;
  return { type: 'damaged', message };
}
