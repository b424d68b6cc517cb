import { absolutePath } from '../model/brands.ts';
import type { BootEntry } from '../model/boot-entry.ts';
import type { Sys } from '../model/sys.ts';
import {
  mainEntries,
  namesOf,
  previousEntry,
  previousPath,
  renamed,
  type EntryText,
} from './boot-entry.ts';
import { areSame } from './digest.ts';
import { writeText } from './keep-entry.ts';
import { previousPrefix } from './previous-file.ts';

/**
 * After kernel-install has written an entry: what the previous image has in common with it is not kept twice, and a
 * previous image that is the same altogether is none.
 */
export async function settleEntry(
  sys: Sys,
  entry: BootEntry,
  { keepPrevious }: { readonly keepPrevious: boolean },
): Promise<void> {
  const machine = sys.root(absolutePath('/'));
  await sys.run({
    argv: ['sync', '-f', entry.bootRoot],
    purpose: 'Write the boot entry to its disk',
  });
  for (const path of outdated(mainEntries(sys, entry))) machine.remove(path);
  const previous = previousEntry(sys, entry);
  if (previous !== undefined) {
    const text = renamed(entry, previous.text, (name) => shared(sys, entry, name));
    const isOther = namesOf(entry, text).some((name) => name.startsWith(previousPrefix));
    if (!keepPrevious || !isOther) machine.remove(previousPath(entry));
    else if (text !== previous.text) await writeText(sys, previousPath(entry), text);
  }
  removeUnnamed(sys, entry);
}

// systemd 252 leaves the text file of an entry without a counter beside the new one with its counter.
function outdated(mains: readonly EntryText[]): readonly EntryText['path'][] {
  const paths = mains.map(({ path }) => path);
  const fresh = paths.find((path) => /\+\d+\.conf$/.test(path));
  return fresh === undefined ? [] : paths.filter((path) => path !== fresh);
}

function shared(sys: Sys, { directory }: BootEntry, name: string): string {
  if (!name.startsWith(previousPrefix)) return name;
  const own = name.slice(previousPrefix.length);
  const isSame = areSame(
    sys,
    absolutePath(`${directory}/${own}`),
    absolutePath(`${directory}/${name}`),
  );
  return isSame ? own : name;
}

/** Copies that no entry names, and what a run that was cut off left half written. */
function removeUnnamed(sys: Sys, entry: BootEntry): void {
  const files = sys.root(entry.directory);
  const previous = previousEntry(sys, entry);
  const texts = [...mainEntries(sys, entry), ...(previous === undefined ? [] : [previous])];
  const named = new Set(texts.flatMap(({ text }) => namesOf(entry, text)));
  for (const name of files.list('/')) {
    const isCopy = name.startsWith(previousPrefix) && !named.has(name);
    if (isCopy || /^\.previous-.*\.new$/.test(name)) files.remove(name);
  }
}
