// Finds the libraries of programs as ld.so does (ld.so(8)).
import type { ElfFacts } from '../formats/elf.ts';
import type { ImageFiles, ImageLookup } from './file-facts.ts';
import { libraryDirectories } from './library-directories.ts';

export interface LibraryFinder {
  /** Looks in all places that `path`, whose facts are `elf`, has. */
  find(name: string, path: string, elf: ElfFacts): FoundLibrary | undefined;
  /** Looks in the places that need no ld.so.cache. */
  findWithoutCache(name: string, path: string, elf: ElfFacts): FoundLibrary | undefined;
  /** True where ld.so.cache leads to it. */
  isCached(library: FoundLibrary, name: string): boolean;
}

export interface FoundLibrary {
  /** In the image, links followed. */
  readonly path: string;
  /** The directory in which ld.so found it, or the name itself where it is a path. */
  readonly place: string;
}

export function libraryFinder(files: ImageFiles): LibraryFinder {
  const { builtin, configured, cache } = libraryDirectories(files);

  function findIn(
    name: string,
    directories: readonly string[],
    elf: ElfFacts,
  ): FoundLibrary | undefined {
    const places = name.includes('/') ? [name] : directories;
    for (const place of places) {
      const found = files.lookup(name.includes('/') ? name : `${place}/${name}`);
      if (isLibraryOf(found, elf)) return { path: found.path, place };
    }
    return undefined;
  }

  return {
    find: (name, path, elf) =>
      findIn(name, [...ownDirectories(path, elf), ...builtin(elf), ...configured], elf),
    findWithoutCache: (name, path, elf) =>
      findIn(name, [...ownDirectories(path, elf), ...builtin(elf)], elf),
    isCached: ({ place }, name) => cache?.includes(`${place}/${name}\0`) ?? false,
  };
}

/** ld.so passes over libraries of another class or machine and looks on. */
export function isLibraryOf(found: ImageLookup, elf: ElfFacts): boolean {
  if (found.type !== 'found' || found.node.type !== 'file') return false;
  const { facts } = found.node;
  return facts.type === 'elf' && isSameKind(facts.elf, elf);
}

export function isSameKind(a: ElfFacts, b: ElfFacts): boolean {
  return a.bits === b.bits && a.machine === b.machine && a.endian === b.endian;
}

/** DT_RPATH counts only where there is no DT_RUNPATH. */
function ownDirectories(path: string, elf: ElfFacts): string[] {
  const origin = `/${path.slice(0, Math.max(path.lastIndexOf('/'), 0))}`;
  const directories = elf.runpath.length > 0 ? elf.runpath : elf.rpath;
  return directories.flatMap((directory) => {
    const placed = directory.replaceAll(/\$\{ORIGIN\}|\$ORIGIN\b/g, origin);
    return /\$\{LIB\}|\$LIB\b/.test(placed)
      ? ['lib', 'lib64'].map((lib) => placed.replaceAll(/\$\{LIB\}|\$LIB\b/g, lib))
      : [placed];
  });
}
