import { absolutePath, type AbsolutePath } from '../model/brands.ts';
import type { BootEntry } from '../model/boot-entry.ts';
import type { Sys } from '../model/sys.ts';
import {
  asPrevious,
  entryHasBooted,
  isGivenUp,
  isWhole,
  mainEntries,
  namesOf,
  previousEntry,
  previousPath,
  renamed,
  type EntryText,
} from './boot-entry.ts';
import { areSame, chunksOf } from './digest.ts';
import { previousPrefix } from './previous-file.ts';
import { bytesOf } from './room.ts';

/** What keepEntry() will do, decided before anything is written. */
export interface Keeping {
  /** Files to be copied, by their names. */
  readonly copies: readonly string[];
  /** The text file of the previous image afterwards. */
  readonly previous: string;
  readonly mains: readonly EntryText[];
  /** Bytes of the copies beyond those of the files that they replace. */
  readonly bytes: number;
}

/**
 * Decides what has to stay of a boot entry that kernel-install is about to write over, file by file and in place: the image of
 * today becomes the previous one, unless it never came up and there is an earlier one that did. undefined where there is
 * nothing to keep.
 */
export function planKeeping(sys: Sys, entry: BootEntry, staged: AbsolutePath): Keeping | undefined {
  const mains = mainEntries(sys, entry);
  const main = mains.find(({ text }) => isWhole(sys, entry, text));
  const earlier = previousEntry(sys, entry);
  const kept = earlier && (main === undefined || isEarlierBetter(sys, entry, main, staged));
  const text = kept ? earlier.text : main && asPrevious(main.text);
  if (text === undefined) return undefined;
  const copies = namesOf(entry, text).filter((name) => !name.startsWith(previousPrefix));
  const at = (name: string): number => bytesOf(sys, `${entry.directory}/${name}`);
  return {
    copies,
    previous: renamed(entry, text, asPreviousName),
    mains,
    bytes: copies.reduce((sum, name) => sum + at(name) - at(asPreviousName(name)), 0),
  };
}

/**
 * Copies what is to stay and leads both entries to the copies: whatever happens while the entry's own files are written, both
 * are whole. Afterwards kernel-install writes the main entry anew.
 */
export async function keepEntry(sys: Sys, entry: BootEntry, keeping: Keeping): Promise<void> {
  const { directory } = entry;
  for (const name of keeping.copies) {
    const target = absolutePath(`${directory}/${asPreviousName(name)}`);
    // Not a link: who writes a file in place would write to both.
    await sys.writeAtomically(target, chunksOf(sys, absolutePath(`${directory}/${name}`)), 0o600);
  }
  await writeText(sys, previousPath(entry), keeping.previous);
  const names = new Set(namesOf(entry, keeping.previous));
  for (const { path, text } of keeping.mains) {
    const led = renamed(entry, text, (name) =>
      names.has(asPreviousName(name)) ? asPreviousName(name) : name,
    );
    if (led !== text) await writeText(sys, path, led);
  }
}

/** Writes the text file of an entry in one rename. */
export async function writeText(sys: Sys, path: AbsolutePath, text: string): Promise<void> {
  await sys.writeAtomically(path, [Buffer.from(text)], 0o644);
}

function asPreviousName(name: string): string {
  return name.startsWith(previousPrefix) ? name : `${previousPrefix}${name}`;
}

// Where the main entry was rolled back to the previous files, the others are those that did not do.
function isEarlierBetter(
  sys: Sys,
  entry: BootEntry,
  main: EntryText,
  staged: AbsolutePath,
): boolean {
  if (namesOf(entry, main.text).some((name) => name.startsWith(previousPrefix))) return false;
  if (isGivenUp(entry, main) || areSame(sys, staged, initrdOf(entry, main))) return true;
  return !entryHasBooted(sys, entry, main.text);
}

function initrdOf(entry: BootEntry, main: EntryText): AbsolutePath {
  const name = namesOf(entry, main.text).find((each) => each === 'initrd') ?? 'initrd';
  return absolutePath(`${entry.directory}/${name}`);
}
