// The programs without which the boot ends, with all the libraries that they load. What is wrong with any other program costs
// that program, and the image boots.
import type { ElfFacts } from '../formats/elf.ts';
import type { ProgramNeed } from '../model/plan.ts';
import { openedOnWay, programsOfWay } from './boot-way.ts';
import type { ImageFiles } from './file-facts.ts';
import type { LibraryFinder } from './find-library.ts';
import { findProgram, isSystemd, placesOf, storagePlaces } from './programs.ts';
import { findUnit } from './units.ts';
import { commandsOf, requiredUnits } from './way.ts';

/** Tells of a path of the image whether the boot needs it. */
export type IsNeeded = (path: string) => boolean;

export interface NeedsOfBoot {
  readonly programs: readonly ProgramNeed[];
  readonly hasModules: boolean;
}

/** An /init that is not systemd may run anything, so that everything counts. */
export function bootNeeds(files: ImageFiles, finder: LibraryFinder, needs: NeedsOfBoot): IsNeeded {
  const init = findProgram(files, '/init');
  if (init.type !== 'starts' || !isSystemd(init)) return () => true;
  const paths = new Set<string>();
  const pending: string[] = [];
  const note = (path: string): void => {
    if (paths.has(path)) return;
    paths.add(path);
    pending.push(path);
  };
  for (const path of programPaths(files, init.elf, needs)) note(path);
  for (let path = pending.pop(); path !== undefined; path = pending.pop()) {
    const found = files.lookup(path);
    if (found.type !== 'found' || found.node.type !== 'file') continue;
    const { facts } = found.node;
    if (facts.type === 'script') note(files.lookup(facts.interpreter).path);
    if (facts.type !== 'elf') continue;
    const { elf } = facts;
    if (elf.interpreter !== undefined) note(files.lookup(elf.interpreter).path);
    for (const name of [...elf.needed, ...openedNames(elf, needs)]) {
      const library = finder.find(name, path, elf);
      // A library that is damaged is none that is found: it is known by its name alone.
      for (const each of library === undefined ? placesOfName(files, name) : [library.path])
        note(each);
    }
  }
  return (path) => paths.has(path);
}

/** Names of libraries that a program opens while it runs, and that the way to the real root needs. */
function openedNames({ dlopen }: ElfFacts, needs: NeedsOfBoot): readonly string[] {
  return dlopen.flatMap(({ soname }) => soname.filter((name) => isOpenedOnWay(name, needs)));
}

export function isOpenedOnWay(name: string, { programs, hasModules }: NeedsOfBoot): boolean {
  return openedOnWay.some(
    ({ library, isForModules = false, programs: users }) =>
      library.test(name) &&
      (hasModules || !isForModules) &&
      (users === undefined ||
        programs.some(({ anyOf }) => anyOf.some((each) => users.includes(each)))),
  );
}

function programPaths(
  files: ImageFiles,
  init: ElfFacts,
  { programs, hasModules }: NeedsOfBoot,
): readonly string[] {
  const onWay = programsOfWay(init, hasModules).filter(({ severity }) => severity === 'error');
  const started = requiredUnits(files).flatMap((name) => {
    const unit = findUnit(files, name);
    return unit.type === 'loaded' ? commandsOf(unit) : [];
  });
  const names = [
    '/init',
    ...onWay.flatMap(({ anyOf }) => anyOf),
    ...started.flatMap(({ program }) => program ?? []),
    ...checkers,
  ];
  const places = [
    ...names.flatMap(placesOf),
    ...programs.flatMap(({ anyOf }) => anyOf.flatMap(storagePlaces)),
  ];
  return places.flatMap((place) => {
    const found = files.lookup(place);
    return found.type === 'found' && found.node.type === 'file' ? [found.path] : [];
  });
}

// systemd-fsck does without those that are not there. One that is there and does not start is a check that failed, and
// the root is not mounted.
const checkers = [
  'fsck',
  ...['btrfs', 'ext2', 'ext3', 'ext4', 'f2fs', 'xfs'].map((type) => `fsck.${type}`),
];

function placesOfName(files: ImageFiles, name: string): readonly string[] {
  return [...files.entries()].flatMap(([path]) => {
    if (!path.endsWith(`/${name}`)) return [];
    const found = files.lookup(path);
    return found.type === 'found' ? [found.path] : [];
  });
}
