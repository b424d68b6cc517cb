import { basename, dirname } from 'node:path';
import { absolutePath, type AbsolutePath } from '../model/brands.ts';
import type { Destination } from '../model/invocation.ts';
import type { Sys } from '../model/sys.ts';
import { chunksOf, digestOf } from './digest.ts';
import { writeText } from './keep-entry.ts';
import { collectRescue, contentName } from './rescue-files.ts';
import { asRescueEntry, asRescueForGrub, filesBeside } from './rescue-text.ts';
import { bytesOf, needRoom } from './room.ts';
import { sameBytes } from './same-bytes.ts';

type RescueDestination = Extract<Destination, { readonly type: 'rescue' }>;

export interface RescueImage {
  readonly chunks: Iterable<Uint8Array>;
  readonly bytes: number;
  readonly sha256: string;
}

/**
 * Writes the image and a copy of its kernel beside the rescue image that is there, and then the one text that leads a boot loader
 * to them: whatever happens, that names whole files, all old or all new. Returns the image's path.
 */
export async function placeRescue(
  sys: Sys,
  image: RescueImage,
  { directory, name, kernelImage, place }: RescueDestination,
  kernelVersion: string,
): Promise<AbsolutePath> {
  collectRescue(sys, directory);
  const main =
    place.form.type === 'entry' ? readMain(sys, place.form.main, kernelVersion) : nothing;
  const initrd = { ...image, name: contentName(name, image.sha256) };
  const linux = fileAt(sys, kernelImage, `linux-${kernelVersion}`);
  const others = main.beside.map((path) => fileAt(sys, path, basename(path)));
  const missing = [linux, ...others, initrd].filter(
    (file) => !isThere(sys, absolutePath(`${directory}/${file.name}`), file),
  );
  needRescueRoom(
    sys,
    directory,
    missing.reduce((sum, { bytes }) => sum + bytes, 0),
  );
  for (const file of missing) {
    const path = absolutePath(`${directory}/${file.name}`);
    await sys.writeAtomically(path, sameBytes(file, path), 0o600);
  }
  const names = {
    kernelVersion,
    linux: linux.name,
    initrd: initrd.name,
    others: new Map(main.beside.map((path, at) => [basename(path), others[at]?.name ?? ''])),
  };
  const text =
    place.form.type === 'entry' ? asRescueEntry(main.text, names) : asRescueForGrub(names);
  if (sys.root(absolutePath('/')).readText(place.text) !== text) {
    await writeText(sys, place.text, text);
  }
  collectRescue(sys, directory);
  return absolutePath(`${directory}/${initrd.name}`);
}

/**
 * Asks before the build whether a rescue image has room beside the one that is there: it will be about as large as that, or else
 * no smaller than its kernel.
 * @throws BuildError where it has none
 */
export function foreseeRescueRoom(sys: Sys, { directory, kernelImage }: RescueDestination): void {
  collectRescue(sys, directory);
  const files = sys.root(directory);
  const sizes = (role: string): readonly number[] =>
    files.list('/').flatMap((name) => (name.startsWith(role) ? [files.stat(name)?.size ?? 0] : []));
  const [kernel, image] = [bytesOf(sys, kernelImage), Math.max(0, ...sizes('initrd-'))];
  // The kernel is mostly the one that is there.
  const linux = sizes('linux-').includes(kernel) ? 0 : kernel;
  needRescueRoom(sys, directory, linux + (image || kernel));
}

function needRescueRoom(sys: Sys, directory: AbsolutePath, bytes: number): void {
  const hint = 'Remove a kernel that is not needed any more, or set Rescue=no';
  needRoom(sys, absolutePath(dirname(directory)), bytes, 'the rescue image', hint);
}

interface MainEntry {
  readonly text: string;
  /** Files of this machine that the entry names beside the kernel. */
  readonly beside: readonly AbsolutePath[];
}

const nothing: MainEntry = { text: '', beside: [] };

function readMain(sys: Sys, main: AbsolutePath, kernelVersion: string): MainEntry {
  const text = sys.root(absolutePath('/')).readText(main) ?? '';
  const bootRoot = dirname(dirname(dirname(main)));
  const files = filesBeside(text).filter((path) => basename(dirname(path)) === kernelVersion);
  // From the root of the partition, whatever of it $BOOT is.
  const within = (path: string): string =>
    [dirname(dirname(path)), dirname(path), path].map((each) => basename(each)).join('/');
  return { text, beside: files.map((path) => absolutePath(`${bootRoot}/${within(path)}`)) };
}

function fileAt(sys: Sys, path: AbsolutePath, name: string): RescueImage & { name: string } {
  const sha256 = digestOf(sys, path);
  const chunks = chunksOf(sys, path);
  return { chunks, bytes: bytesOf(sys, path), sha256, name: contentName(name, sha256) };
}

function isThere(sys: Sys, path: AbsolutePath, { bytes, sha256 }: RescueImage): boolean {
  return bytesOf(sys, path) === bytes && digestOf(sys, path) === sha256;
}
