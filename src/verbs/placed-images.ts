import { createHash } from 'node:crypto';
import { dirname } from 'node:path';
import type { Inputs } from '../cache/inputs.ts';
import { keep, lookUp, openStore, type Store } from '../cache/store.ts';
import { absolutePath } from '../model/brands.ts';
import { BuildError } from '../model/errors.ts';
import type { PlacedImage } from '../model/placed.ts';
import type { Sys } from '../model/sys.ts';
import { locked } from './locked.ts';

/** An image that was placed, and the files by which a later look tells that nothing has changed. */
export interface Remembered {
  readonly placed: PlacedImage;
  /** Of the plan and of what it names; null where one changed while it was read. */
  readonly planInputs: Inputs | null;
  /** Of the base part, in the same sense. */
  readonly baseInputs: Inputs | null;
}

const images: Store = {
  directory: absolutePath('/var/lib/pkginitrd/images'),
  limit: Number.MAX_SAFE_INTEGER,
  loss: '"pkginitrd status" does not know of this image',
};

/** Remembers an image, instead of what was remembered of the same place. Sentences say why it cannot be. */
export async function rememberImage(sys: Sys, image: Remembered): Promise<readonly string[]> {
  try {
    const name = createHash('sha256').update(image.placed.image).digest('hex');
    const store = openStore(sys, images);
    return await locked(sys, images.directory, ignore, () => {
      forgetRescues(sys, image);
      return keep(sys, store, name, image, new Map());
    });
  } catch (error) {
    if (!(error instanceof BuildError)) throw error;
    return [`${error.message}, ${images.loss}`];
  }
}

const ignore = (): void => {};

/** Each rescue image has a name of its own: what was remembered of those that it has replaced is not overwritten. */
function forgetRescues(sys: Sys, { placed: { destination, image } }: Remembered): void {
  if (destination !== 'rescue') return;
  const machine = sys.root(absolutePath('/'));
  for (const { name, placed } of allRemembered(sys)) {
    const isReplaced = placed.destination === 'rescue' && dirname(placed.image) === dirname(image);
    if (isReplaced && machine.lstat(placed.image) === undefined) {
      sys.root(images.directory).remove(name);
    }
  }
}

/** All images that are still there, in the order of their paths. */
export function rememberedImages(sys: Sys): readonly Remembered[] {
  const machine = sys.root(absolutePath('/'));
  return allRemembered(sys)
    .filter(({ placed }) => machine.lstat(placed.image) !== undefined)
    .sort((a, b) => (a.placed.image < b.placed.image ? -1 : 1));
}

function allRemembered(sys: Sys): readonly (Remembered & { readonly name: string })[] {
  return sys
    .root(images.directory)
    .list('/')
    .flatMap((name) => {
      const found = lookUp(sys, images, name, images.directory);
      return found.type === 'found' && isRemembered(found.data) ? [{ ...found.data, name }] : [];
    });
}

function isRemembered(data: unknown): data is Remembered {
  if (typeof data !== 'object' || data === null || !('placed' in data)) return false;
  const { placed } = data;
  // The seal is whole: one of our releases has written it.
  return (
    typeof placed === 'object' && placed !== null && 'version' in placed && placed.version === 1
  );
}
