import { basename, dirname } from 'node:path';
import { absolutePath, type AbsolutePath } from '../model/brands.ts';
import { BuildError } from '../model/errors.ts';
import type { Destination } from '../model/invocation.ts';
import type { Sys } from '../model/sys.ts';
import { chunksOf, digestOf } from './digest.ts';
import { writeText } from './keep-entry.ts';
import { collectRescue, contentName } from './rescue-files.ts';
import { asRescueEntry, asRescueForGrub, filesBeside } from './rescue-text.ts';
import { bytesOf, mebibytes, needRoom } from './room.ts';
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
  if (missing.length > 0) {
    const stays = [linux, ...others, initrd].map((file) => file.name);
    needRescueRoom(sys, directory, {
      bytes: missing.reduce((sum, { bytes }) => sum + bytes, 0),
      going: sizesIn(sys, directory, (file) => !stays.includes(file)).reduce(plus, 0),
      kernelImage,
    });
  }
  for (const file of missing) {
    const path = absolutePath(`${directory}/${file.name}`);
    await sys.writeAtomically(path, sameBytes(file, path), 0o600);
  }
  assertThere(
    sys,
    directory,
    [linux, ...others, initrd].map((file) => file.name),
  );
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
  const kernel = bytesOf(sys, kernelImage);
  const initrds = sizesIn(sys, directory, (name) => name.startsWith('initrd-'));
  const linuxes = sizesIn(sys, directory, (name) => name.startsWith('linux-'));
  // The kernel is mostly the one that is there.
  const isSameKernel = linuxes.includes(kernel);
  needRescueRoom(sys, directory, {
    bytes: (isSameKernel ? 0 : kernel) + (Math.max(0, ...initrds) || kernel),
    going: [...initrds, ...(isSameKernel ? [] : linuxes)].reduce(plus, 0),
    kernelImage,
  });
}

/**
 * Room for what is written beside the rescue image that goes, and afterwards for the next kernel and its image: these come by package
 * managers and others, which do not know that the rescue image can be given up for them.
 */
function needRescueRoom(
  sys: Sys,
  directory: AbsolutePath,
  {
    bytes,
    going,
    kernelImage,
  }: { readonly bytes: number; readonly going: number; readonly kernelImage: AbsolutePath },
): void {
  const parent = absolutePath(dirname(directory));
  const reserve = bytesOf(sys, kernelImage) + largestOwnImage(sys, parent);
  const hint =
    `${mebibytes(reserve)} stay free for the next kernel and its image: ` +
    'remove a kernel that is not needed any more, or set Rescue=no';
  needRoom(sys, parent, bytes + Math.max(0, reserve - going), 'the rescue image', hint);
}

/** Of the kernels' own images, in their directory or in one for each kernel. */
function largestOwnImage(sys: Sys, parent: AbsolutePath): number {
  const own = sizesIn(sys, parent, (name) => /^(?:initrd\.img|initramfs)-/.test(name));
  const inEntries = sys
    .root(parent)
    .list('/')
    .map((name) => bytesOf(sys, `${parent}/${name}/initrd`));
  return Math.max(0, ...own, ...inEntries);
}

function sizesIn(
  sys: Sys,
  directory: AbsolutePath,
  isMeant: (name: string) => boolean,
): readonly number[] {
  const files = sys.root(directory);
  return files.list('/').flatMap((name) => (isMeant(name) ? [files.stat(name)?.size ?? 0] : []));
}

function plus(sum: number, bytes: number): number {
  return sum + bytes;
}

/** Asked right before the entry is led to the files: whoever wants their room may have taken them away meanwhile. */
function assertThere(sys: Sys, directory: AbsolutePath, names: readonly string[]): void {
  const files = sys.root(directory);
  const gone = names.filter((name) => files.lstat(name)?.type !== 'file');
  if (gone.length === 0) return;
  throw new BuildError(
    `Cannot place the rescue image in "${directory}": ${gone.join(', ')} went away meanwhile`,
    { hint: 'It is made again with the next kernel or build' },
  );
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
