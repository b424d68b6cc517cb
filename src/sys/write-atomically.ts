import { closeSync, fchmodSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import type { AbsolutePath } from '../model/brands.ts';
import { fileFailure, named } from './failure.ts';
import { makeDirectories } from './make-directories.ts';

/**
 * Streams into a temporary file beside `path`, then fsync, rename, fsync of the directory: whatever happens, `path`
 * holds either its old content or the whole new one.
 */
export async function writeAtomically(
  path: AbsolutePath,
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  mode: number,
): Promise<{ bytes: number }> {
  const directory = dirname(path);
  const temporary = `${directory}/.${basename(path)}.${process.pid}.new`;
  const made = named('make the directory', directory, () => makeDirectories(directory));
  const bytes = await streamTo(temporary, chunks, mode, fsyncSync).catch((error: unknown) => {
    rmSync(temporary, { force: true });
    throw error;
  });
  named('replace', path, () => renameOrRemove(temporary, path));
  // A directory that was made is there after a crash once the one above it is written.
  for (const each of [directory, ...parentsTo(made, directory)]) {
    named('sync', each, () => syncDirectory(each));
  }
  return { bytes };
}

/** The directories that hold those made, from the innermost on. */
function parentsTo(made: string | undefined, directory: string): readonly string[] {
  if (made === undefined) return [];
  const parent = dirname(directory);
  return directory === made || parent === directory
    ? [parent]
    : [parent, ...parentsTo(made, parent)];
}

/** Streams into a file that nobody needs after a crash. */
export async function writeNew(
  path: AbsolutePath,
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  mode: number,
): Promise<{ bytes: number }> {
  return { bytes: await streamTo(path, chunks, mode, () => {}) };
}

async function streamTo(
  path: string,
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  mode: number,
  sync: (fd: number) => void,
): Promise<number> {
  const fd = named('write', path, () => openSync(path, 'w', mode));
  let bytes = 0;
  try {
    for await (const chunk of chunks) bytes += named('write', path, () => writeAll(fd, chunk));
    named('sync', path, () => {
      fchmodSync(fd, mode);
      sync(fd);
    });
  } finally {
    closeSync(fd);
  }
  return bytes;
}

function writeAll(fd: number, chunk: Uint8Array): number {
  let written = 0;
  while (written < chunk.length) written += writeSync(fd, chunk, written);
  return written;
}

function renameOrRemove(from: string, to: string): void {
  try {
    renameSync(from, to);
  } catch (error) {
    rmSync(from, { force: true });
    throw fileFailure('replace', to, error);
  }
}

function syncDirectory(directory: string): void {
  const fd = openSync(directory, 'r');
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}
