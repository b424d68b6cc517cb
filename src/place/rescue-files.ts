import { dirname } from 'node:path';
import { absolutePath, type AbsolutePath } from '../model/brands.ts';
import { BuildError } from '../model/errors.ts';
import type { Sys } from '../model/sys.ts';
import type { EntryText } from './boot-entry.ts';
import { runsRescue } from './booted.ts';
import { rescueEntrySuffix, rescueForGrub, rescueName } from './rescue-place.ts';

/** The rescue image of a directory, as it would lie beside what else is written there. */
export function rescueIn(directory: string): AbsolutePath {
  return absolutePath(`${directory}/${rescueName}`);
}

/** A file's name: another content has another, so that nothing that an entry names is ever written over. */
export function contentName(name: string, sha256: string): string {
  return `${name}-${sha256.slice(0, digits)}`;
}

const digits = 16;

/** The kernel of the rescue image that is there, by its text; undefined where there is none, or a file of it is missing. */
export function rescueKernel(
  sys: Sys,
  directory: AbsolutePath,
  text: AbsolutePath,
): string | undefined {
  const content = sys.root(absolutePath('/')).readText(text) ?? '';
  const named = [...content.matchAll(namedFile)].flatMap(([, name]) => name ?? []);
  const files = sys.root(directory);
  if (!named.every((name) => files.lstat(name)?.type === 'file')) return undefined;
  const linux = named.find((name) => name.startsWith('linux-'));
  return linux?.slice('linux-'.length, -digits - 1);
}

// In an entry the file of a directory, in what GRUB reads a variable.
const namedFile = new RegExp(
  `(?:${rescueName}/|=')([^\\s/']+-[0-9a-f]{${digits}})(?![0-9a-z])`,
  'g',
);

/** Bytes that would be free without the rescue image. */
export function rescueBytes(sys: Sys, directory: AbsolutePath): number {
  if (runsRescue(sys)) return 0;
  const files = sys.root(directory);
  return files.list('/').reduce((sum, name) => sum + (files.lstat(name)?.size ?? 0), 0);
}

/** Removes files that no boot loader knows of: what was replaced, and what a run that was cut off has left. */
export function collectRescue(sys: Sys, directory: AbsolutePath): void {
  const files = sys.root(directory);
  const texts = rescueTexts(sys, directory);
  for (const name of files.list('/')) {
    if (!texts.some(({ text }) => text.includes(name))) files.remove(name);
  }
}

/** Removes a rescue image: the texts that name it first, and its files when these are gone from the disk as well. */
export async function removeRescue(
  sys: Sys,
  { directory, text }: { readonly directory: AbsolutePath; readonly text?: AbsolutePath },
): Promise<void> {
  const machine = sys.root(absolutePath('/'));
  const texts = new Set(rescueTexts(sys, directory).map(({ path }) => path));
  if (text !== undefined && machine.lstat(text) !== undefined) texts.add(text);
  for (const path of texts) {
    machine.remove(path);
    await sys.run({
      argv: ['sync', '-f', dirname(path)],
      purpose: 'Take the rescue image out of the menu',
    });
  }
  machine.remove(directory);
}

/**
 * Gives the rescue image up where a kernel's own image has no room otherwise; not where this boot is one of it, nor while another run
 * writes it. Returns a sentence where that was done.
 */
export async function giveUpRescue(
  sys: Sys,
  directory: AbsolutePath,
  bytes: number,
): Promise<string | undefined> {
  const free = sys.freeSpace(absolutePath(dirname(directory)));
  const spare = rescueBytes(sys, directory);
  if (free >= bytes || spare === 0 || free + spare < bytes) return undefined;
  const lock = await sys.lock(directory, { waitSeconds: 0 }).catch((error: unknown) => {
    if (!(error instanceof BuildError)) throw error;
  });
  if (lock === undefined) return undefined;
  try {
    await removeRescue(sys, { directory });
  } finally {
    lock.release();
  }
  return `Removed the rescue image in "${directory}" to make room`;
}

/** The texts by which boot loaders know of files in a directory, on the partition that it lies on. */
function rescueTexts(sys: Sys, directory: AbsolutePath): readonly EntryText[] {
  const names = sys.root(directory).list('/');
  const machine = sys.root(absolutePath('/'));
  const parent = dirname(directory);
  return [parent, dirname(parent)]
    .flatMap((boot) => [
      `${boot}/${rescueForGrub}`,
      ...machine
        .list(`${boot}/loader/entries`)
        .filter((name) => name.endsWith(rescueEntrySuffix))
        .map((name) => `${boot}/loader/entries/${name}`),
    ])
    .map((path) => ({ path: absolutePath(path), text: machine.readText(path) ?? '' }))
    .filter(({ text }) => names.some((name) => text.includes(name)));
}
