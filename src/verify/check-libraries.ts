// Checks that ld.so finds every library that a program or library of the image needs (ld.so(8)).
import type { ElfFacts } from '../formats/elf.ts';
import { reportMissingLibraries, type Opening } from './check-dlopen.ts';
import { libraryDirectories } from './library-directories.ts';
import type { ImageFiles, ImageLookup } from './file-facts.ts';
import type { Report } from './report.ts';

export function checkLibraries(overlay: ImageFiles, report: Report): void {
  const system = libraryDirectories(overlay);
  const elves = [...overlay.entries()].flatMap(([path, node]) =>
    node.type === 'file' && node.facts.type === 'elf' ? [{ path, elf: node.facts.elf }] : [],
  );
  const unopened: Opening[] = [];
  for (const { path, elf } of elves) {
    checkInterpreter(overlay, path, elf, report);
    for (const name of elf.needed) {
      const directories = [
        ...ownDirectories(path, elf),
        ...system.builtin(elf),
        ...system.configured,
      ];
      const found = findLibrary(overlay, name, directories, elf);
      if (found !== undefined) {
        if (system.hasCache || !isOnlyConfigured(found, path, elf)) continue;
        report({
          severity: 'error',
          check: 'libraries',
          path,
          message: `"${path}" needs "${name}", found only in "${found}", which needs an ld.so.cache that is missing`,
          hint: 'Run ldconfig in the root',
        });
        continue;
      }
      reportMissing(path, elf, name);
    }
    for (const dependency of elf.dlopen) {
      const directories = [
        ...ownDirectories(path, elf),
        ...system.builtin(elf),
        ...system.configured,
      ];
      const found = dependency.soname.some(
        (name) => findLibrary(overlay, name, directories, elf) !== undefined,
      );
      if (!found) unopened.push({ ...dependency, path });
    }
  }
  reportMissingLibraries(unopened, report);

  /** True where a program loads the library and, before it, by a path of its own, what that one needs. */
  function loadsFirst(user: Located, name: string, path: string, elf: ElfFacts): boolean {
    const { needed } = user.elf;
    const uses = needed.some((other) => other === elf.soname || path.endsWith(`/${other}`));
    if (!uses || !needed.includes(name) || !isSameKind(user.elf, elf)) return false;
    const directories = [...ownDirectories(user.path, user.elf), ...system.builtin(elf)];
    return findLibrary(overlay, name, directories, elf) !== undefined;
  }

  function isOnlyConfigured(directory: string, path: string, elf: ElfFacts): boolean {
    return ![...ownDirectories(path, elf), ...system.builtin(elf)].includes(directory);
  }

  function reportMissing(path: string, elf: ElfFacts, name: string): void {
    const elsewhere = elves.find(
      (other) => `/${other.path}`.endsWith(`/${name}`) && isSameKind(other.elf, elf),
    );
    if (elves.some((user) => loadsFirst(user, name, path, elf))) return;
    // A library may lean on one that its program has loaded from the program's own path.
    const loaded = elsewhere !== undefined && elf.interpreter === undefined;
    report({
      severity: loaded ? 'warning' : 'error',
      check: 'libraries',
      path,
      message:
        elsewhere === undefined
          ? `"${path}" needs "${name}", which is missing`
          : `"${path}" needs "${name}", which is not where it looks but at "${elsewhere.path}"`,
    });
  }
}

interface Located {
  readonly path: string;
  readonly elf: ElfFacts;
}

function checkInterpreter(overlay: ImageFiles, path: string, elf: ElfFacts, report: Report): void {
  if (elf.interpreter === undefined) return;
  const found = overlay.lookup(elf.interpreter);
  const isLoader = isLibraryOf(found, elf);
  if (isLoader && isExecutable(found)) return;
  const state = isLoader
    ? 'is not executable'
    : found.type === 'found'
      ? 'is no ELF file of its kind'
      : 'is missing';
  report({
    severity: 'error',
    check: 'interpreter',
    path,
    message: `"${path}" needs "${elf.interpreter}" to start, which ${state}`,
  });
}

// The kernel runs the interpreter itself (fs/exec.c, open_exec); libraries are only mapped.
function isExecutable(found: ImageLookup): boolean {
  return found.type === 'found' && found.node.type === 'file' && (found.node.mode & 0o111) !== 0;
}

/** The directory in which ld.so would find it, or the name itself where it is a path. */
function findLibrary(
  overlay: ImageFiles,
  name: string,
  directories: readonly string[],
  elf: ElfFacts,
): string | undefined {
  if (name.includes('/')) return isLibraryOf(overlay.lookup(name), elf) ? name : undefined;
  return directories.find((directory) => isLibraryOf(overlay.lookup(`${directory}/${name}`), elf));
}

/** ld.so passes over libraries of another class or machine and looks on. */
function isLibraryOf(found: ImageLookup, elf: ElfFacts): boolean {
  if (found.type !== 'found' || found.node.type !== 'file') return false;
  const { facts } = found.node;
  return facts.type === 'elf' && isSameKind(facts.elf, elf);
}

function isSameKind(a: ElfFacts, b: ElfFacts): boolean {
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
