import { basename, dirname } from 'node:path';
import { absolutePath, type AbsolutePath } from '../model/brands.ts';
import { BuildError, UsageError } from '../model/errors.ts';
import type { Entry, StreamedEntry } from '../model/image.ts';
import type { Destination } from '../model/invocation.ts';
import type { Plan } from '../model/plan.ts';
import type { Sys } from '../model/sys.ts';
import { destinationPath } from './destination.ts';
import { otherPrevious } from './foresee-room.ts';
import { digestOf } from './digest.ts';
import { asideOf, bootImage, keepFile, keptBytes, makeRoom } from './previous-file.ts';
import { placeRescue } from './place-rescue.ts';
import { rescueBytes, rescueIn } from './rescue-files.ts';
import { bytesOf, directoryOf, needRoom, removeHalfWritten, stagingHint } from './room.ts';
import { sameBytes } from './same-bytes.ts';

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
  readonly kernelVersion: string;
  /** True: an image in /boot that is replaced stays as the previous one. */
  readonly keepPrevious: boolean;
}

type BootFile = Extract<Destination, { readonly type: 'boot' }>;

export interface Placed {
  readonly path: AbsolutePath;
  /** Sentences about what had to go for it. */
  readonly warnings: readonly string[];
}

const imageMode = 0o600;
const manifestMode = 0o644;
const stateDirectory = '/var/lib/pkginitrd';

/** Puts the image where it is wanted, in one rename: until then, and on every failure, the old one stays. */
export async function place(
  sys: Sys,
  image: FinishedImage,
  request: PlaceRequest,
): Promise<Placed> {
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

async function placeImage(sys: Sys, image: FinishedImage, request: PlaceRequest): Promise<Placed> {
  const { destination, kernelImage, output } = request;
  const path = destinationPath(sys, destination, output);
  if (destination.type === 'boot')
    return placeInBoot(sys, image, path, { ...request, destination });
  if (destination.type === 'rescue') {
    const placed = await placeRescue(sys, image, destination, request.kernelVersion);
    return { path: placed, warnings: [] };
  }
  checkSpace(sys, destination, path, image.bytes, bytesOf(sys, kernelImage ?? '/'));
  await sys.writeAtomically(path, sameBytes(image, path), imageMode);
  return { path, warnings: [] };
}

/** A boot loader reads it by its name, and nobody but us takes care of the image before. */
export async function placeInBoot(
  sys: Sys,
  image: Pick<FinishedImage, 'chunks' | 'bytes' | 'sha256'>,
  path: AbsolutePath,
  request: Pick<PlaceRequest, 'kernelVersion' | 'keepPrevious'> & {
    readonly destination: BootFile;
  },
): Promise<Placed> {
  const { kernelVersion, destination } = request;
  const keepPrevious = request.keepPrevious && destination.holdsImageOf === 'kernel';
  const files = bootImage(path, kernelVersion);
  const isThere = bytesOf(sys, path) === image.bytes && digestOf(sys, path) === image.sha256;
  if (isThere) return { path, warnings: [] };
  sys.root(absolutePath('/')).remove(asideOf(files));
  removeHalfWritten(sys, directoryOf(path), basename(path));
  const wanted = image.bytes + (keepPrevious ? keptBytes(sys, files) : 0);
  const dropPrevious = (): void => sys.root(absolutePath('/')).remove(files.previous);
  // One that goes in any case does not take the room of what replaces it.
  if (!keepPrevious && sys.freeSpace(directoryOf(path)) < wanted) dropPrevious();
  const warnings = await makeRoom(sys, files, wanted, 'the image');
  if (keepPrevious) keepFile(sys, files);
  await sys.writeAtomically(path, sameBytes(image, path), imageMode);
  if (!keepPrevious) dropPrevious();
  return { path, warnings };
}

/** The members one over the other, as the kernel would unpack them. */
async function placeTree(
  sys: Sys,
  { entries, unpackedBytes }: FinishedImage,
  { destination, output }: PlaceRequest,
): Promise<Placed> {
  if (destination.type !== 'path') {
    throw new UsageError('Cannot give a boot loader a directory', 'Remove Format=directory');
  }
  const path = destinationPath(sys, destination, output);
  needRoom(sys, absolutePath(dirname(path)), unpackedBytes, 'the image');
  await sys.writeTree(path, entries());
  return { path, warnings: [] };
}

/**
 * Writes the manifest beside the placed image; that of an image in /boot to /var/lib/pkginitrd, since /boot is small and
 * boot loaders look through it. It names the image's digest, so that a manifest of an older image can be told. A staging
 * area gets none: kernel-install would not copy it to the boot partition. The rescue image has the one that is in it.
 */
export async function placeManifest(
  sys: Sys,
  destination: Destination,
  image: AbsolutePath,
  text: string,
): Promise<readonly string[]> {
  if (destination.type === 'staging' || destination.type === 'rescue') return [];
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
  const directory = absolutePath(dirname(path));
  const hint = destination.type === 'staging' ? stagingHint(directory) : undefined;
  needRoom(sys, directory, imageBytes, 'the image', hint);
  if (destination.type !== 'staging' || destination.bootRoot === undefined) return;
  // 90-loaderentry.install copies both without looking, and a truncated initrd would stand in a boot entry.
  const { entryDirectory } = destination;
  const replaced = entryBytes(sys, entryDirectory);
  const spare =
    entryDirectory === undefined
      ? 0
      : otherPrevious(sys, entryDirectory) + rescueBytes(sys, rescueIn(dirname(entryDirectory)));
  needRoom(
    sys,
    destination.bootRoot,
    imageBytes + kernelBytes - replaced - spare,
    'the kernel and the image',
  );
}

function entryBytes(sys: Sys, directory: AbsolutePath | undefined): number {
  if (directory === undefined) return 0;
  const entry = sys.root(directory);
  return ['linux', 'initrd'].reduce((sum, name) => sum + (entry.stat(name)?.size ?? 0), 0);
}
