import { createHash } from 'node:crypto';
import { basename, dirname } from 'node:path';
import { absolutePath, type AbsolutePath } from '../model/brands.ts';
import { BuildError, UsageError } from '../model/errors.ts';
import type { Entry, StreamedEntry } from '../model/image.ts';
import type { Destination } from '../model/invocation.ts';
import type { Plan } from '../model/plan.ts';
import type { Sys } from '../model/sys.ts';
import { destinationPath } from './destination.ts';

/** A finished and verified image in the workspace. */
export interface FinishedImage {
  readonly chunks: Iterable<Uint8Array>;
  readonly bytes: number;
  /** Digest of the bytes that were verified, in hex. */
  readonly sha256: string;
  /** Reads the entries of all members, one member after the other. */
  readonly entries: () => AsyncIterable<Entry | StreamedEntry>;
  readonly unpackedBytes: number;
}

export interface PlaceRequest {
  readonly destination: Destination;
  readonly kernelImage: AbsolutePath | undefined;
  readonly output: Plan['output'];
}

const imageMode = 0o600;
const manifestMode = 0o644;
const stateDirectory = '/var/lib/pkginitrd';

/** Puts the image where it is wanted, in one rename: until then, and on every failure, the old one stays. */
export async function place(
  sys: Sys,
  image: FinishedImage,
  request: PlaceRequest,
): Promise<AbsolutePath> {
  const { format } = request.output;
  switch (format) {
    case 'cpio':
      return placeImage(sys, image, request);
    case 'directory':
      return placeTree(sys, image, request);
    default:
      return format satisfies never;
  }
}

async function placeImage(
  sys: Sys,
  image: FinishedImage,
  { destination, kernelImage, output }: PlaceRequest,
): Promise<AbsolutePath> {
  const path = destinationPath(sys, destination, output);
  checkSpace(sys, destination, path, image.bytes, kernelBytes(sys, kernelImage));
  await sys.writeAtomically(path, sameBytes(image, path), imageMode);
  return path;
}

/** The members one over the other, as the kernel would unpack them. */
async function placeTree(
  sys: Sys,
  { entries, unpackedBytes }: FinishedImage,
  { destination, output }: PlaceRequest,
): Promise<AbsolutePath> {
  if (destination.type !== 'path') {
    throw new UsageError('Cannot give a boot loader a directory', 'Remove Format=directory');
  }
  const path = destinationPath(sys, destination, output);
  need(sys, absolutePath(dirname(path)), unpackedBytes, 'the image');
  await sys.writeTree(path, entries());
  return path;
}

/**
 * Writes the manifest beside the placed image; that of an image in /boot to /var/lib/pkginitrd, since /boot is small and
 * boot loaders look through it. It names the image's digest, so that a manifest of an older image can be told. A staging
 * area gets none: kernel-install would not copy it to the boot partition.
 */
export async function placeManifest(
  sys: Sys,
  destination: Destination,
  image: AbsolutePath,
  text: string,
): Promise<readonly string[]> {
  if (destination.type === 'staging') return [];
  const directory = destination.type === 'boot' ? stateDirectory : dirname(image);
  const path = absolutePath(`${directory}/${basename(image)}.manifest.json`);
  try {
    await sys.writeAtomically(path, [Buffer.from(text)], manifestMode);
    return [];
  } catch (error) {
    if (!(error instanceof BuildError)) throw error;
    sys.root(absolutePath('/')).remove(path);
    return [`${error.message}, the image has no manifest`];
  }
}

/** Throws before anything is written where the image will not fit; with both numbers. */
function checkSpace(
  sys: Sys,
  destination: Destination,
  path: AbsolutePath,
  imageBytes: number,
  kernelBytes: number,
): void {
  need(sys, absolutePath(dirname(path)), imageBytes, 'the image');
  if (destination.type !== 'staging' || destination.bootRoot === undefined) return;
  // 90-loaderentry.install copies both without looking, and a truncated initrd would stand in a boot entry.
  const replaced = entryBytes(sys, destination.entryDirectory);
  need(sys, destination.bootRoot, imageBytes + kernelBytes - replaced, 'the kernel and the image');
}

function kernelBytes(sys: Sys, kernelImage: AbsolutePath | undefined): number {
  if (kernelImage === undefined) return 0;
  return sys.root(absolutePath('/')).stat(kernelImage)?.size ?? 0;
}

function need(sys: Sys, directory: AbsolutePath, bytes: number, what: string): void {
  const free = sys.freeSpace(directory);
  if (free >= bytes) return;
  throw new BuildError(
    `Cannot place ${what} in "${directory}": ${mebibytes(bytes)} wanted, ${mebibytes(free)} free`,
    { hint: 'Remove a kernel that is not needed any more, or choose another directory' },
  );
}

function entryBytes(sys: Sys, directory: AbsolutePath | undefined): number {
  if (directory === undefined) return 0;
  const entry = sys.root(directory);
  return ['linux', 'initrd'].reduce((sum, name) => sum + (entry.stat(name)?.size ?? 0), 0);
}

function* sameBytes(image: FinishedImage, path: string): Generator<Uint8Array> {
  const hash = createHash('sha256');
  for (const chunk of image.chunks) {
    hash.update(chunk);
    yield chunk;
  }
  if (hash.digest('hex') === image.sha256) return;
  throw new BuildError(`Cannot place "${path}": the image changed after it was verified`, {
    hint: 'Check the memory and the disk of this machine, then build again',
  });
}

function mebibytes(bytes: number): string {
  return `${(bytes / (1024 * 1024)).toFixed(1)} MiB`;
}
