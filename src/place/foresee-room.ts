import { dirname } from 'node:path';
import { absolutePath, type AbsolutePath } from '../model/brands.ts';
import { BuildError } from '../model/errors.ts';
import type { Destination } from '../model/invocation.ts';
import type { Sys } from '../model/sys.ts';
import { bootImage, previousPrefix } from './previous-file.ts';
import { foreseeRescueRoom } from './place-rescue.ts';
import { rescueBytes, rescueIn } from './rescue-files.ts';
import { bytesOf, directoryOf, mebibytes, stagingHint } from './room.ts';

/**
 * Asks before the build whether its end has room: for all that kernel-install will write where it does, by the size of the
 * images that are there. Returns a warning where the image may not fit.
 * @throws BuildError where it cannot fit, whatever its size
 */
export function foreseeRoom(
  sys: Sys,
  destination: Destination,
  path: AbsolutePath,
  kernelImage: AbsolutePath | undefined,
  { keepPrevious }: { readonly keepPrevious: boolean },
): readonly string[] {
  if (destination.type === 'rescue') {
    foreseeRescueRoom(sys, destination);
    return [];
  }
  if (destination.type !== 'staging') {
    const size = bytesOf(sys, path);
    const wanted =
      size -
      goingBytes(sys, destination, path, keepPrevious) -
      (destination.type === 'boot' ? rescueBytes(sys, rescueIn(destination.directory)) : 0);
    return tooSmall(
      sys,
      directoryOf(path),
      wanted,
      `the image that is there has ${mebibytes(size)}`,
    );
  }
  const { entryDirectory, bootRoot, directory } = destination;
  if (entryDirectory === undefined || bootRoot === undefined) return [];
  const image = largestImage(sys, entryDirectory);
  const at = (name: string): number => bytesOf(sys, `${entryDirectory}/${name}`);
  const kept = (name: string): number => at(name) - at(`${previousPrefix}${name}`);
  const keptBytes = keepPrevious && at('initrd') > 0 ? kept('initrd') + kept('linux') : 0;
  const certain = bytesOf(sys, kernelImage ?? '/') - at('linux') + keptBytes;
  const free =
    sys.freeSpace(bootRoot) +
    otherPrevious(sys, entryDirectory) +
    rescueBytes(sys, rescueIn(dirname(entryDirectory)));
  // The new image takes the room of the one that it is written over.
  if (free + at('initrd') < certain) {
    throw new BuildError(
      `Cannot write a boot entry to "${bootRoot}": the kernel${keptBytes > 0 ? ' and the image of today, which is kept,' : ''} ` +
        `want ${mebibytes(certain)} besides a new image in the room of the old, ${mebibytes(free)} are free`,
      {
        hint: `Remove a kernel that is not needed any more${keptBytes > 0 ? ', or set KeepPrevious=no' : ''}`,
      },
    );
  }
  const wanted = certain + image - at('initrd');
  return [
    ...(free >= wanted
      ? []
      : [
          `There are ${mebibytes(free)} free in "${bootRoot}", and a boot entry with an image as large as those that are there wants ` +
            `${mebibytes(wanted)}: the new one may not fit`,
        ]),
    ...tooSmall(sys, directory, image, `an image that is there has ${mebibytes(image)}`).map(
      (warning) => `${warning}. ${stagingHint(directory)}`,
    ),
  ];
}

/** Bytes of a previous image that makes room for the next one, since it goes in any case: see placeInBoot(). */
function goingBytes(
  sys: Sys,
  destination: Destination,
  path: AbsolutePath,
  keepPrevious: boolean,
): number {
  if (destination.type !== 'boot') return 0;
  if (keepPrevious && destination.holdsImageOf === 'kernel') return 0;
  return bytesOf(sys, bootImage(path, '').previous);
}

function tooSmall(
  sys: Sys,
  directory: AbsolutePath,
  wanted: number,
  why: string,
): readonly string[] {
  const free = sys.freeSpace(directory);
  if (free >= wanted) return [];
  return [
    `There are ${mebibytes(free)} free in "${directory}", and ${why}: the new one, which is written beside it, may not fit`,
  ];
}

/** Of this kernel's image or, where it has none yet, of the others' of the system: a new one will be about as large. */
function largestImage(sys: Sys, entryDirectory: AbsolutePath): number {
  const own = bytesOf(sys, `${entryDirectory}/initrd`);
  return own > 0
    ? own
    : Math.max(0, ...siblings(sys, entryDirectory).map((each) => bytesOf(sys, `${each}/initrd`)));
}

/** Bytes of the other kernels' previous images, which can go: see makeEntryRoom(). */
export function otherPrevious(sys: Sys, entryDirectory: AbsolutePath): number {
  return siblings(sys, entryDirectory)
    .filter((directory) => directory !== entryDirectory)
    .flatMap((directory) => {
      const files = sys.root(directory);
      return files
        .list('/')
        .filter((name) => name.startsWith(previousPrefix))
        .map((name) => files.stat(name)?.size ?? 0);
    })
    .reduce((sum, bytes) => sum + bytes, 0);
}

function siblings(sys: Sys, entryDirectory: AbsolutePath): readonly AbsolutePath[] {
  const token = dirname(entryDirectory);
  const names = sys.root(absolutePath(token)).list('/');
  return names.map((name) => absolutePath(`${token}/${name}`));
}
