import { basename, dirname } from 'node:path';
import type { BootEntry } from '../model/boot-entry.ts';
import { absolutePath, type AbsolutePath } from '../model/brands.ts';
import { BuildError } from '../model/errors.ts';
import type { Sys } from '../model/sys.ts';
import {
  entryHasBooted,
  mainEntries,
  namesOf,
  previousPath,
  previousSuffix,
} from './boot-entry.ts';
import { previousPrefix } from './previous-file.ts';
import { giveUpRescue, rescueIn } from './rescue-files.ts';
import { bytesOf, mebibytes, removeHalfWritten } from './room.ts';

/** The files that kernel-install is about to write, and how much has to stay beside them. */
export interface Adding {
  /** Sources of what goes to the entry's directory under the same names. */
  readonly sources: readonly { readonly from: AbsolutePath; readonly to: AbsolutePath }[];
  /** Bytes of what is kept of the entry of today. */
  readonly keptBytes: number;
}

/**
 * Asked before the first file is written: whether all of them fit. Where they do not, previous images of other kernels are
 * removed whose own is known to boot, and the rescue image at last; returns a sentence for each.
 * @throws BuildError where that is not enough
 */
export async function makeEntryRoom(
  sys: Sys,
  entry: BootEntry,
  adding: Adding,
): Promise<readonly string[]> {
  const wanted = adding.sources.reduce(
    (sum, { from, to }) => sum + bytesOf(sys, from) - bytesOf(sys, to),
    adding.keptBytes,
  );
  for (const { to } of adding.sources) removeHalfWritten(sys, entry.directory, basename(to));
  const dropped: string[] = [];
  for (const other of others(sys, entry)) {
    if (sys.freeSpace(entry.bootRoot) >= wanted) break;
    const sentence = dropPrevious(sys, other);
    if (sentence !== undefined) dropped.push(sentence);
  }
  const rescue = await giveUpRescue(sys, rescueIn(dirname(entry.directory)), wanted);
  if (rescue !== undefined) dropped.push(rescue);
  const free = sys.freeSpace(entry.bootRoot);
  if (free >= wanted) return dropped;
  const kept =
    adding.keptBytes > 0 ? `, ${mebibytes(adding.keptBytes)} of it for the image of today` : '';
  throw new BuildError(
    `Cannot write the boot entry of ${entry.kernelVersion} to "${entry.bootRoot}": ` +
      `${mebibytes(wanted)} wanted${kept}, ${mebibytes(free)} free; it stays as it is`,
    {
      hint:
        adding.keptBytes > 0
          ? 'Remove a kernel that is not needed any more, or give up the previous image with KeepPrevious=no'
          : 'Remove a kernel that is not needed any more',
    },
  );
}

/** Entries of the same system's other kernels that have a previous image. */
function others(sys: Sys, entry: BootEntry): readonly BootEntry[] {
  const token = entry.name.slice(0, -entry.kernelVersion.length);
  return sys
    .root(absolutePath(`${entry.bootRoot}/loader/entries`))
    .list('/')
    .filter((name) => name.startsWith(token) && name.endsWith(previousSuffix))
    .map((name) => name.slice(0, -previousSuffix.length))
    .filter((name) => name !== entry.name)
    .map((name) => {
      const kernelVersion = name.slice(token.length);
      const directory = absolutePath(`${dirname(entry.directory)}/${kernelVersion}`);
      return { ...entry, name, kernelVersion, directory };
    });
}

function dropPrevious(sys: Sys, other: BootEntry): string | undefined {
  const mains = mainEntries(sys, other);
  if (!mains.some(({ text }) => entryHasBooted(sys, other, text))) return undefined;
  const named = new Set(mains.flatMap(({ text }) => namesOf(other, text)));
  const files = sys.root(other.directory);
  sys.root(absolutePath('/')).remove(previousPath(other));
  for (const name of files.list('/')) {
    if (name.startsWith(previousPrefix) && !named.has(name)) files.remove(name);
  }
  return `Removed the previous image of ${other.kernelVersion} from "${other.bootRoot}" to make room`;
}
