// The facts kept of each file of the image. Only indexes are kept with their content.
import type { Lookup, Overlay } from '../formats/initrd/overlay.ts';
import { readElf, isElf, type ElfFacts } from '../formats/elf.ts';
import { readElfSection } from '../formats/elf-section.ts';
import { parseModinfo } from '../formats/modinfo.ts';
import type { NewcHead } from '../formats/newc-reader.ts';
import { BuildError } from '../model/errors.ts';
import type { ModuleInfo } from '../model/facts.ts';

export type FileFacts =
  | { readonly type: 'elf'; readonly elf: ElfFacts }
  | { readonly type: 'module'; readonly info: ModuleInfo }
  /** The word behind `#!`. */
  | { readonly type: 'script'; readonly interpreter: string }
  | { readonly type: 'kept'; readonly bytes: Buffer }
  | { readonly type: 'damaged'; readonly message: string }
  | { readonly type: 'other' };

/** The image's files, laid over each other as the kernel does. */
export type ImageFiles = Overlay<FileFacts>;

export type ImageLookup = Lookup<FileFacts>;

/** True where a file's content has to be read. Firmware and compressed modules, most of an image, do not. */
export function wantsContent({ path, size }: NewcHead): boolean {
  return size > 0 && !/^(?:usr\/)?lib\/firmware\/|\.ko\.(?:gz|xz|zst)$/.test(path);
}

export function fileFacts(path: string, content: Buffer | undefined): FileFacts {
  if (content === undefined) return { type: 'other' };
  // A copy: the content may be a window into a far larger buffer.
  if (KEPT.test(path)) return { type: 'kept', bytes: Buffer.from(content) };
  if (path.endsWith('.ko') || isElf(content)) return elfFacts(path, content);
  const script = /^#![ \t]*([^ \t\n]+)/.exec(content.toString('latin1', 0, 256))?.[1];
  return script === undefined ? { type: 'other' } : { type: 'script', interpreter: script };
}

/** The content of an index that was kept while the image was read; undefined where it is not in the image. */
export function keptBytes(overlay: ImageFiles, path: string): Buffer | undefined {
  const found = overlay.lookup(path);
  if (found.type !== 'found' || found.node.type !== 'file') return undefined;
  const { facts } = found.node;
  // An empty file is not handed over, and is there all the same.
  return facts.type === 'kept' ? facts.bytes : Buffer.alloc(0);
}

const KEPT =
  /^(?:usr\/)?lib\/modules\/[^/]+\/modules\.(?:dep|dep\.bin|builtin|softdep|weakdep|alias)$|^etc\/ld\.so\.conf(?:\.d\/[^/]+)?$/;

function elfFacts(path: string, content: Buffer): FileFacts {
  const read = (offset: number, length: number): Buffer =>
    content.subarray(offset, offset + length);
  try {
    if (!path.endsWith('.ko')) return { type: 'elf', elf: readElf(read) };
    const section = readElfSection(read, '.modinfo');
    if (section !== undefined) return { type: 'module', info: parseModinfo(section) };
    return { type: 'damaged', message: 'it has no .modinfo section' };
  } catch (error) {
    if (error instanceof BuildError) return { type: 'damaged', message: error.message };
    throw error;
  }
}
