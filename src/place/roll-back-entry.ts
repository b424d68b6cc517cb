import type { BootEntry } from '../model/boot-entry.ts';
import type { Sys } from '../model/sys.ts';
import {
  isWhole,
  mainEntries,
  namesOf,
  previousEntry,
  previousPath,
  renamed,
} from './boot-entry.ts';
import { writeText } from './keep-entry.ts';
import { previousPrefix } from './previous-file.ts';

/**
 * Exchanges the files of an entry and those of the previous image's, by their text files alone: the first of them that is
 * written decides. Returns false where there is nothing to exchange.
 */
export async function rollBackEntry(sys: Sys, entry: BootEntry): Promise<boolean> {
  const previous = previousEntry(sys, entry);
  const mains = mainEntries(sys, entry).filter(({ text }) => isWhole(sys, entry, text));
  const [main] = mains;
  if (previous === undefined || main === undefined) return false;
  const files = sys.root(entry.directory);
  const otherOf = (name: string): string => {
    const other = partner(name);
    return files.lstat(other)?.type === 'file' ? other : name;
  };
  // Those of the main entry as it was: the two may name the same where an earlier call was cut off.
  const names = namesOf(entry, main.text);
  const until = (name: string): string => (names.includes(partner(name)) ? partner(name) : name);
  for (const { path, text } of mains) await writeText(sys, path, renamed(entry, text, otherOf));
  await writeText(sys, previousPath(entry), renamed(entry, previous.text, until));
  return true;
}

// A file that both share has no partner.
function partner(name: string): string {
  return name.startsWith(previousPrefix)
    ? name.slice(previousPrefix.length)
    : `${previousPrefix}${name}`;
}
