import { posix } from 'node:path';
import { isElf, readElf } from '../formats/elf.ts';
import type { ReadAt } from '../formats/read-at.ts';
import type { AbsolutePath } from '../model/brands.ts';
import { BuildError } from '../model/errors.ts';
import type { Sys } from '../model/sys.ts';

export interface Elf {
  readonly soname: string | undefined;
  /** The loader; undefined for a library. */
  readonly interpreter: string | undefined;
  /** Names of libraries that it is linked with, or that its notes name for dlopen(). */
  readonly uses: ReadonlySet<string>;
}

/** Reads which libraries a program or library needs; undefined for any other file. */
export function readElfAt(sys: Sys, path: AbsolutePath): Elf | undefined {
  const file = sys.open(path);
  const read: ReadAt = (offset, length) => file.read(offset, length);
  try {
    if (!isElf(read(0, 4))) return undefined;
    const { needed, dlopen, soname, interpreter } = readElf(read);
    const names = [...needed, ...dlopen.flatMap((dependency) => dependency.soname)];
    return { soname, interpreter, uses: new Set(names.map((name) => posix.basename(name))) };
  } catch (error) {
    // A damaged file is named when the image is read back.
    if (error instanceof BuildError) return undefined;
    throw error;
  } finally {
    file.close();
  }
}
