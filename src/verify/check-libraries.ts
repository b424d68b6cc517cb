// Checks that ld.so finds every library that a program or library of the image needs (ld.so(8)).
import type { ElfFacts } from '../formats/elf.ts';
import { reportMissingLibraries, type Opening } from './check-dlopen.ts';
import { isOpenedOnWay, type IsNeeded, type NeedsOfBoot } from './boot-needs.ts';
import type { ImageFiles, ImageLookup } from './file-facts.ts';
import { isLibraryOf, isSameKind, type LibraryFinder } from './find-library.ts';
import type { Finding, Report } from './report.ts';

export function checkLibraries(
  overlay: ImageFiles,
  finder: LibraryFinder,
  isNeeded: IsNeeded,
  needs: NeedsOfBoot,
  report: Report,
): void {
  const elves = [...overlay.entries()].flatMap(([path, node]) =>
    node.type === 'file' && node.facts.type === 'elf' ? [{ path, elf: node.facts.elf }] : [],
  );
  const unopened: Opening[] = [];
  for (const { path, elf } of elves) {
    checkInterpreter(overlay, path, elf, isNeeded, report);
    for (const name of elf.needed) {
      const found = finder.find(name, path, elf);
      if (found === undefined) {
        reportMissing(path, elf, name);
        continue;
      }
      const isFound = finder.findWithoutCache(name, path, elf) !== undefined;
      if (isFound || finder.isCached(found, name)) continue;
      report({
        severity: severityOf(path),
        check: 'libraries',
        path,
        message: `"${path}" needs "${name}", found only in "${found.place}", which /etc/ld.so.cache does not lead to`,
        hint: 'Run ldconfig in the root',
      });
    }
    for (const dependency of elf.dlopen) {
      const isFound = dependency.soname.some((name) => finder.find(name, path, elf) !== undefined);
      if (isFound) continue;
      const isOnWay =
        isNeeded(path) &&
        (dependency.priority === 'required' ||
          dependency.soname.some((name) => isOpenedOnWay(name, needs)));
      unopened.push({ ...dependency, path, isNeeded: isOnWay });
    }
  }
  reportMissingLibraries(unopened, report);

  function severityOf(path: string): Finding['severity'] {
    return isNeeded(path) ? 'error' : 'warning';
  }

  /** True where a program loads the library and, before it, by a path of its own, what that one needs. */
  function loadsFirst(user: Located, name: string, path: string, elf: ElfFacts): boolean {
    const { needed } = user.elf;
    const uses = needed.some((other) => other === elf.soname || path.endsWith(`/${other}`));
    if (!uses || !needed.includes(name) || !isSameKind(user.elf, elf)) return false;
    return finder.findWithoutCache(name, user.path, user.elf) !== undefined;
  }

  function reportMissing(path: string, elf: ElfFacts, name: string): void {
    const elsewhere = elves.find(
      (other) => `/${other.path}`.endsWith(`/${name}`) && isSameKind(other.elf, elf),
    );
    if (elves.some((user) => loadsFirst(user, name, path, elf))) return;
    // A library may lean on one that its program has loaded from the program's own path.
    const loaded = elsewhere !== undefined && elf.interpreter === undefined;
    report({
      severity: loaded ? 'warning' : severityOf(path),
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

function checkInterpreter(
  overlay: ImageFiles,
  path: string,
  elf: ElfFacts,
  isNeeded: IsNeeded,
  report: Report,
): void {
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
    severity: isNeeded(path) ? 'error' : 'warning',
    check: 'interpreter',
    path,
    message: `"${path}" needs "${elf.interpreter}" to start, which ${state}`,
  });
}

// The kernel runs the interpreter itself (fs/exec.c, open_exec); libraries are only mapped.
function isExecutable(found: ImageLookup): boolean {
  return found.type === 'found' && found.node.type === 'file' && (found.node.mode & 0o111) !== 0;
}
