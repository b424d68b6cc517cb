import {
  chmodSync,
  copyFileSync,
  lchownSync,
  lutimesSync,
  mkdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname } from 'node:path';
import type { AbsolutePath } from '../model/brands.ts';
import { BuildError } from '../model/errors.ts';
import type { Entry, FileContent } from '../model/image.ts';
import { isMissing, named } from './failure.ts';
import { onDisk } from './names.ts';
import { removeTree } from './remove-tree.ts';

/**
 * Writes entries as a directory tree beside `path` and swaps it in: `path` is missing for the moment between two
 * renames, never half written. Later entries replace earlier ones, as the kernel does it.
 */
export async function writeTree(
  path: AbsolutePath,
  entries: AsyncIterable<Entry> | Iterable<Entry>,
): Promise<void> {
  const temporary = `${dirname(path)}/.${basename(path)}.${process.pid}.new`;
  const old = `${dirname(path)}/.${basename(path)}.${process.pid}.old`;
  try {
    named('make the directory', temporary, () => mkdirSync(temporary, { recursive: true }));
    const directories: Entry[] = [];
    for await (const entry of entries) {
      named('write', `${temporary}/${entry.path}`, () => writeEntry(temporary, entry));
      if (entry.type === 'directory') directories.push(entry);
    }
    // Children change a directory's time, so it is set last.
    for (const entry of directories.toReversed())
      setTimes(onDisk(`${temporary}/${entry.path}`), entry);
    named('replace', path, () => swap(temporary, path, old));
  } finally {
    removeTree(temporary);
  }
  removeTree(old);
}

function writeEntry(root: string, entry: Entry): void {
  const path = onDisk(`${root}/${entry.path}`);
  if (entry.type === 'directory') {
    mkdirSync(path, { recursive: true });
  } else {
    rmSync(path, { force: true });
    writeNew(path, entry);
  }
  lchownSync(path, entry.uid, entry.gid);
  if (entry.type !== 'symlink') chmodSync(path, entry.mode);
  setTimes(path, entry);
}

function writeNew(
  path: string | Buffer,
  entry: Exclude<Entry, { readonly type: 'directory' }>,
): void {
  switch (entry.type) {
    case 'symlink':
      symlinkSync(onDisk(entry.target), path);
      return;
    case 'file':
      writeContent(path, entry.content);
      return;
    case 'character':
    case 'block':
      throw new BuildError(`Cannot write "${entry.path}" into a directory: it is a device node`, {
        hint: 'Use the cpio format, or remove it with RemoveFiles=',
      });
    default:
      entry satisfies never;
  }
}

function writeContent(path: string | Buffer, content: FileContent): void {
  if (content.type === 'bytes') writeFileSync(path, content.bytes);
  else copyFileSync(onDisk(content.source), path);
}

function setTimes(path: string | Buffer, entry: Entry): void {
  lutimesSync(path, entry.mtime, entry.mtime);
}

function swap(temporary: string, path: string, old: string): void {
  try {
    renameSync(path, old);
  } catch (error) {
    if (!isMissing(error)) throw error;
  }
  renameSync(temporary, path);
}
