import { basename } from 'node:path';
import { absolutePath, type AbsolutePath } from '../model/brands.ts';
import type { Sys } from '../model/sys.ts';
import { hasBooted } from './booted.ts';
import { areSame } from './digest.ts';
import { isVfat } from './file-system.ts';
import { giveUpRescue, rescueIn } from './rescue-files.ts';
import { bytesOf, directoryOf, needRoom } from './room.ts';

/** An image that a boot loader reads by its file name, and the one before it. */
export interface ImageFile {
  readonly path: AbsolutePath;
  readonly previous: AbsolutePath;
  readonly kernelVersion: string;
}

/** An image in /boot. The previous one has another beginning: scripts look for the newest file "initrd.img-*". */
export function bootImage(path: AbsolutePath, kernelVersion: string): ImageFile {
  const previous = absolutePath(`${directoryOf(path)}/${previousPrefix}${basename(path)}`);
  return { path, previous, kernelVersion };
}

export const previousPrefix = 'previous-';

/**
 * Before an image is replaced: makes it the previous one, unless it never came up and there is an earlier one. What boots is
 * not pushed out by what may not.
 */
export function keepFile(sys: Sys, image: ImageFile): void {
  if (isKept(sys, image)) sys.duplicate(image.path, image.previous);
}

/** Bytes that keepFile() will write. */
export function keptBytes(sys: Sys, image: ImageFile): number {
  const isCopied = isVfat(sys, directoryOf(image.path));
  return isCopied && isKept(sys, image) ? bytesOf(sys, image.path) : 0;
}

/**
 * Makes room where there is less than wanted: of this kernel goes a previous image that would be replaced, of others the previous
 * one where their own is known to boot, and the rescue image at last. Returns a sentence for each but the first.
 * @throws BuildError where that is not enough
 */
export async function makeRoom(
  sys: Sys,
  image: ImageFile,
  bytes: number,
  what: string,
): Promise<readonly string[]> {
  const machine = sys.root(absolutePath('/'));
  const directory = directoryOf(image.path);
  const dropped: string[] = [];
  if (sys.freeSpace(directory) < bytes && isKept(sys, image)) machine.remove(image.previous);
  for (const other of otherImages(sys, image)) {
    if (sys.freeSpace(directory) >= bytes) break;
    if (!hasBooted(sys, other.kernelVersion, other.path)) continue;
    machine.remove(other.previous);
    dropped.push(
      `Removed "${other.previous}", the previous image of ${other.kernelVersion}, to make room`,
    );
  }
  const rescue = await giveUpRescue(sys, rescueIn(directory), bytes);
  if (rescue !== undefined) dropped.push(rescue);
  needRoom(sys, directory, bytes, what, 'Remove a kernel that is not needed any more');
  return dropped;
}

/**
 * Exchanges an image and the previous one. Each step leaves a whole image at `path`; one that was cut off is finished by the
 * next call.
 */
export function swapFiles(sys: Sys, image: ImageFile): void {
  const { path, previous } = image;
  const machine = sys.root(absolutePath('/'));
  const aside = asideOf(image);
  const isDone = machine.lstat(aside) !== undefined && areSame(sys, aside, previous);
  if (!isDone) {
    if (machine.lstat(aside) === undefined || !areSame(sys, path, previous)) {
      sys.duplicate(path, aside);
      sys.duplicate(previous, path);
    }
    sys.duplicate(aside, previous);
  }
  machine.remove(aside);
}

/** Where an image lies while it is exchanged; one that is left there otherwise is of a call that was cut off. */
export function asideOf({ path }: ImageFile): AbsolutePath {
  return absolutePath(`${directoryOf(path)}/.${basename(path)}.swap`);
}

function isKept(sys: Sys, { path, previous, kernelVersion }: ImageFile): boolean {
  const machine = sys.root(absolutePath('/'));
  if (machine.lstat(path)?.type !== 'file') return false;
  return machine.lstat(previous) === undefined || hasBooted(sys, kernelVersion, path);
}

function otherImages(sys: Sys, image: ImageFile): readonly ImageFile[] {
  const directory = directoryOf(image.path);
  // Distributions put the kernel's version at the end or before a suffix. One whose name has none is the only one.
  const [start, end] = basename(image.previous).split(image.kernelVersion);
  if (start === undefined || end === undefined) return [];
  return sys
    .root(directory)
    .list('/')
    .filter((name) => name.startsWith(start) && name.endsWith(end))
    .map((name) => {
      const path = absolutePath(`${directory}/${name.slice(previousPrefix.length)}`);
      return bootImage(path, name.slice(start.length, name.length - end.length));
    })
    .filter(({ previous }) => previous !== image.previous);
}
