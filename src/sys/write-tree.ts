import {
  chmodSync,
  closeSync,
  copyFileSync,
  lchownSync,
  lutimesSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname } from 'node:path';
import type { AbsolutePath } from '../model/brands.ts';
import { BuildError } from '../model/errors.ts';
import type { Entry, StreamedEntry } from '../model/image.ts';
import { fileFailure, isMissing, named } from './failure.ts';
import { onDisk } from './names.ts';
import { removeTree } from './remove-tree.ts';

/**
 * Writes entries as a directory tree beside `path` and swaps it in: `path` is missing for the moment between two
 * renames, never half written. Later entries replace earlier ones, as the kernel does it.
 */
export async function writeTree(
  path: AbsolutePath,
  entries: AsyncIterable<Entry | StreamedEntry> | Iterable<Entry>,
): Promise<void> {
  const temporary = `${dirname(path)}/.${basename(path)}.${process.pid}.new`;
  const old = `${dirname(path)}/.${basename(path)}.${process.pid}.old`;
  try {
    named('make the directory', temporary, () => mkdirSync(temporary, { recursive: true }));
    const directories: (Entry | StreamedEntry)[] = [];
    for await (const entry of entries) {
      await writeEntry(temporary, entry).catch((error: unknown) => {
        throw fileFailure('write', `${temporary}/${entry.path}`, error);
      });
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

async function writeEntry(root: string, entry: Entry | StreamedEntry): Promise<void> {
  const path = onDisk(`${root}/${entry.path}`);
  if (entry.type === 'directory') {
    mkdirSync(path, { recursive: true });
  } else {
    rmSync(path, { force: true });
    await writeNew(path, entry);
  }
  lchownSync(path, entry.uid, entry.gid);
  if (entry.type !== 'symlink') chmodSync(path, entry.mode);
  setTimes(path, entry);
}

async function writeNew(
  path: string | Buffer,
  entry: Exclude<Entry | StreamedEntry, { readonly type: 'directory' }>,
): Promise<void> {
  switch (entry.type) {
    case 'symlink':
      symlinkSync(onDisk(entry.target), path);
      return;
    case 'file':
      return writeContent(path, entry.content);
    case 'character':
    case 'block':
      throw new BuildError(`Cannot write "${entry.path}" into a directory: it is a device node`, {
        hint: 'Use the cpio format, or remove it with RemoveFiles=',
      });
    default:
      entry satisfies never;
  }
}

async function writeContent(path: string | Buffer, content: AnyContent): Promise<void> {
  switch (content.type) {
    case 'bytes':
      return writeFileSync(path, content.bytes);
    case 'file':
      return copyFileSync(onDisk(content.source), path);
    case 'stream':
      return writeChunks(path, content.chunks);
    default:
      content satisfies never;
  }
}

async function writeChunks(
  path: string | Buffer,
  chunks: AsyncIterable<Uint8Array>,
): Promise<void> {
  const fd = openSync(path, 'wx');
  try {
    for await (const chunk of chunks) writeFileSync(fd, chunk);
  } finally {
    closeSync(fd);
  }
}

type AnyContent = Extract<Entry | StreamedEntry, { readonly type: 'file' }>['content'];

function setTimes(path: string | Buffer, entry: Pick<Entry, 'mtime'>): void {
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
