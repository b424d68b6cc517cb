import { basename, dirname } from 'node:path';
import { entryFiles, withFiles, withValue } from '../formats/loader-entry.ts';
import { absolutePath, type AbsolutePath } from '../model/brands.ts';
import type { BootEntry } from '../model/boot-entry.ts';
import type { Sys } from '../model/sys.ts';
import { hasBooted, previousMark, withoutMarks } from './booted.ts';

/** A text file and what is in it. */
export interface EntryText {
  readonly path: AbsolutePath;
  readonly text: string;
}

/** Text files of the kernel, one for each state of boot counting; not the previous image's. */
export function mainEntries(sys: Sys, entry: BootEntry): readonly EntryText[] {
  const entries = entriesOf(entry);
  return sys
    .root(entries)
    .list('/')
    .filter((name) => stateOf(entry, name) !== undefined)
    .map((name) => textAt(sys, absolutePath(`${entries}/${name}`)));
}

/** The text file of the previous image; undefined where there is none, or a file of it is missing. */
export function previousEntry(sys: Sys, entry: BootEntry): EntryText | undefined {
  const found = textAt(sys, previousPath(entry));
  return found.text !== '' && isWhole(sys, entry, found.text) ? found : undefined;
}

export const previousSuffix = '-previous.conf';

export function previousPath(entry: BootEntry): AbsolutePath {
  return absolutePath(`${entriesOf(entry)}/${entry.name}${previousSuffix}`);
}

/** The text for the previous image, out of a main one. It is sorted behind it, and a boot of it can be told. */
export function asPrevious(main: string): string {
  const text = withValue(
    withValue(main, 'title', (title) => `${title} (previous initrd)`),
    'version',
    (version) => `${version}~previous`,
  );
  return /^options\s/m.test(text)
    ? withValue(text, 'options', (options) => `${withoutMarks(options)} ${previousMark}`)
    : `${text.replace(/\n*$/, '\n')}options ${previousMark}\n`;
}

/** Files of the entry's directory that a text names, by their names. */
export function namesOf({ directory }: BootEntry, text: string): readonly string[] {
  return entryFiles(text).flatMap(({ path }) => (isInside(directory, path) ? basename(path) : []));
}

/** The text with other names for files of the entry's directory. */
export function renamed(
  { directory }: BootEntry,
  text: string,
  change: (name: string) => string,
): string {
  return withFiles(text, (path) =>
    isInside(directory, path) ? `${dirname(path)}/${change(basename(path))}` : path,
  );
}

/** True where all files are there that a text names. */
export function isWhole(sys: Sys, entry: BootEntry, text: string): boolean {
  const names = namesOf(entry, text);
  const files = sys.root(entry.directory);
  return names.length > 0 && names.every((name) => files.lstat(name)?.type === 'file');
}

/** True where the machine is known to have come up with the entry's initrd. */
export function entryHasBooted(sys: Sys, entry: BootEntry, text: string): boolean {
  const initrds = entryFiles(text).filter(
    ({ key, path }) => key === 'initrd' && isInside(entry.directory, path),
  );
  const last = initrds.at(-1);
  if (last === undefined) return false;
  return hasBooted(
    sys,
    entry.kernelVersion,
    absolutePath(`${entry.directory}/${basename(last.path)}`),
  );
}

/** True where boot counting has given an entry up: its counter is at zero. */
export function isGivenUp(entry: BootEntry, { path }: EntryText): boolean {
  return /^\+0(?:-|$)/.test(stateOf(entry, basename(path)) ?? '');
}

function entriesOf({ bootRoot }: BootEntry): AbsolutePath {
  return absolutePath(`${bootRoot}/loader/entries`);
}

// The counter of a main text file as `+3` or `+2-1`, empty without one; undefined for all other files.
function stateOf({ name }: BootEntry, file: string): string | undefined {
  if (!file.startsWith(name) || !file.endsWith('.conf')) return undefined;
  const state = file.slice(name.length, -'.conf'.length);
  return /^(?:\+\d+(?:-\d+)?)?$/.test(state) ? state : undefined;
}

function textAt(sys: Sys, path: AbsolutePath): EntryText {
  return { path, text: sys.root(absolutePath('/')).readText(path) ?? '' };
}

// The entry's paths begin at the root of its partition, wherever that is mounted.
function isInside(directory: AbsolutePath, path: string): boolean {
  const parent = dirname(path);
  return parent !== '/' && `${directory}/`.endsWith(`${parent}/`);
}
