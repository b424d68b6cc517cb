import { changedInputs } from '../cache/inputs.ts';
import { lookingOnce } from '../cache/looking-once.ts';
import { printStatus, printStatusJson } from '../cli/print-status.ts';
import { absolutePath } from '../model/brands.ts';
import type { Difference } from '../model/difference.ts';
import { UsageError } from '../model/errors.ts';
import type { ImageRequest, StatusInvocation } from '../model/invocation.ts';
import type { Sys } from '../model/sys.ts';
import { excerptDigest } from '../packages/excerpt.ts';
import { isInstalled } from './installed.ts';
import { machineDigest, readWholeMachine } from './machine.ts';
import { rememberedImages, type Remembered } from './placed-images.ts';
import type { Answer, Surroundings } from './verb.ts';

/** `pkginitrd status`: for every image that was placed, if a build now would come to another, and why. */
export async function status(
  sys: Sys,
  { format }: StatusInvocation,
  surroundings: Surroundings,
): Promise<Answer> {
  const { user } = surroundings;
  if (user !== 0) {
    throw new UsageError(
      `Cannot tell as user ${user}: what is remembered of images is root's alone`,
      'Run it with sudo',
    );
  }
  const images = [];
  const look = comparer(sys, surroundings);
  for (const image of rememberedImages(sys)) {
    const differences = await look(image);
    const { image: path, plan } = image.placed;
    images.push({ image: path, kernelVersion: plan.kernelVersion, differences });
  }
  const print = { text: printStatus, json: printStatusJson }[format];
  const differs = images.some(({ differences }) => differences.length > 0);
  return { result: print(images), remarks: [], ...(differs ? { exitCode: 3 } : {}) };
}

/** Finds the ways in which a build now would come to another image than one that was placed. */
export function comparer(
  sys: Sys,
  surroundings: Surroundings,
): (image: Remembered) => Promise<readonly Difference[]> {
  const machine = once((request: ImageRequest) => machineDigest(readWholeMachine(sys, request)));
  // Images of one machine have most files in common.
  const quick = lookingOnce(sys);
  return async (image) =>
    isLasting(sys, image)
      ? []
      : await differencesOf(sys, image, surroundings, () => isUnchanged(quick, image, machine));
}

/** The rescue image outlasts its kernel: no build of that can come to another one. */
function isLasting(sys: Sys, { placed: { destination, plan } }: Remembered): boolean {
  return destination === 'rescue' && !isInstalled(sys, plan.kernelVersion);
}

async function differencesOf(
  sys: Sys,
  image: Remembered,
  surroundings: Surroundings,
  isSame: () => boolean,
): Promise<readonly Difference[]> {
  const { placed } = image;
  const own = [...programDifference(placed.tool, surroundings), ...imageDifference(sys, image)];
  if (own.length === 0 && isSame()) return [];
  // A look that finds nothing takes less time than loading what a closer one needs.
  const { closerLook } = await import('./closer-look.ts');
  return [...own, ...(await closerLook(sys, image, surroundings))];
}

/** The quick look: neither the plan is made nor the manager asked. */
function isUnchanged(
  sys: Sys,
  { placed, planInputs, baseInputs }: Remembered,
  machine: (request: ImageRequest) => string,
): boolean {
  if (planInputs === null || baseInputs === null) return false;
  for (const inputs of [planInputs, baseInputs]) {
    if (changedInputs(sys, inputs, excerptDigest).next().done !== true) return false;
  }
  return machine(placed.request) === placed.machine;
}

// Most images are of one machine, whose devices take longer to read than all else.
function once(digest: (request: ImageRequest) => string): (request: ImageRequest) => string {
  const known = new Map<string, string>();
  return (request) => {
    const { hostRoot, loadedModulesFile, generic } = request;
    const key = JSON.stringify([hostRoot, loadedModulesFile, generic]);
    const found = known.get(key) ?? digest(request);
    known.set(key, found);
    return found;
  };
}

function programDifference(placed: string | null, { tool }: Surroundings): readonly Difference[] {
  const now = tool() ?? null;
  if (placed === now) return [];
  return [{ type: 'program', from: placed ?? unbundled, to: now ?? unbundled }];
}

const unbundled = 'from source';

function imageDifference(sys: Sys, { placed }: Remembered): readonly Difference[] {
  const bytes = sys.root(absolutePath('/')).stat(placed.image)?.size ?? 0;
  const { bytes: placedBytes } = placed;
  return placedBytes === null || bytes === placedBytes
    ? []
    : [{ type: 'image', bytes, placedBytes }];
}
