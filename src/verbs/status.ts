import { changedInputs } from '../cache/inputs.ts';
import { contentDifferences, packageDifferences, planDifferences } from '../cache/differences.ts';
import { printStatus, printStatusJson } from '../cli/print-status.ts';
import { absolutePath } from '../model/brands.ts';
import type { Difference } from '../model/difference.ts';
import { BuildError, UsageError } from '../model/errors.ts';
import type { StatusInvocation } from '../model/invocation.ts';
import type { Sys } from '../model/sys.ts';
import { decide, type Decided } from './decide.ts';
import { inWorkspace } from './in-workspace.ts';
import { locked } from './locked.ts';
import { machineDigest } from './machine-digest.ts';
import { prepareBase } from './make-base.ts';
import { hostDigests, placedPackage } from './memory.ts';
import { rememberedImages, type Remembered } from './placed-images.ts';
import { contentsOf } from './trees.ts';
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
  for (const image of rememberedImages(sys)) {
    const differences = await differencesOf(sys, image, surroundings);
    const { image: path, plan } = image.placed;
    images.push({ image: path, kernelVersion: plan.kernelVersion, differences });
  }
  const print = { text: printStatus, json: printStatusJson }[format];
  const differs = images.some(({ differences }) => differences.length > 0);
  return { result: print(images), remarks: [], ...(differs ? { exitCode: 3 } : {}) };
}

async function differencesOf(
  sys: Sys,
  image: Remembered,
  surroundings: Surroundings,
): Promise<readonly Difference[]> {
  const { placed } = image;
  const own = [...programDifference(placed.tool, surroundings), ...imageDifference(sys, image)];
  if (own.length === 0 && isUnchanged(sys, image)) return [];
  try {
    const decided = await decide(sys, placed.request, surroundings);
    const { plan } = decided;
    const differences = [
      ...planDifferences(placed.plan, plan),
      ...contentDifferences('drop-in', placed.contents, contentsOf(sys, plan)),
      ...contentDifferences('host file', placed.hostFiles, hostDigests(sys, decided)),
      ...kernelDifferences(sys, image, decided),
    ];
    // Settings of packages have to be asked for as well: they say what, not which.
    const packages = await packagesNow(sys, image, decided, surroundings);
    return [...own, ...differences, ...packages];
  } catch (error) {
    if (!(error instanceof BuildError || error instanceof UsageError)) throw error;
    return [...own, { type: 'failure', message: error.message }];
  }
}

/** The quick look: neither the plan is made nor the manager asked. */
function isUnchanged(sys: Sys, { placed, planInputs, baseInputs }: Remembered): boolean {
  if (planInputs === null || baseInputs === null) return false;
  for (const inputs of [planInputs, baseInputs]) {
    if (changedInputs(sys, inputs).next().done !== true) return false;
  }
  return machineDigest(sys, placed.request) === placed.machine;
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

/** Modules, firmware and microcode whose files are others under the same name. */
function kernelDifferences(
  sys: Sys,
  { planInputs }: Remembered,
  { plan, kernelRoot }: Decided,
): readonly Difference[] {
  const changed = new Set(planInputs === null ? [] : changedInputs(sys, planInputs));
  const isChanged = (path: string): boolean => changed.has(absolutePath(`${kernelRoot}/${path}`));
  const { modules, firmware, microcode } = plan;
  const change = 'changed';
  return [
    ...modules.files
      .filter(({ path }) => isChanged(`${modules.directory}/${path}`))
      .map(({ name }) => ({ type: 'module', name, change }) as const),
    ...firmware.files
      .filter(({ value }) => isChanged(value))
      .map(({ value }) => ({ type: 'firmware', name: value, change }) as const),
    ...(microcode.some(({ sources }) => sources.some(isChanged))
      ? [{ type: 'processor' } as const]
      : []),
  ];
}

/** The manager is asked where anything has changed that its choice depends on. */
async function packagesNow(
  sys: Sys,
  { placed, baseInputs }: Remembered,
  decided: Decided,
  { temporaryDirectory, tell }: Surroundings,
): Promise<readonly Difference[]> {
  const isSame =
    JSON.stringify(placed.plan.packages) === JSON.stringify(decided.plan.packages) &&
    baseInputs !== null &&
    changedInputs(sys, baseInputs).next().done === true;
  if (isSame) return [];
  const cache = absolutePath(`${decided.hostRoot}/var/cache/pkginitrd`);
  const prepared = await locked(sys, cache, tell, () =>
    inWorkspace(sys, temporaryDirectory, (workspace) => prepareBase(sys, decided, workspace)),
  );
  return packageDifferences(placed.packages, prepared.packages.map(placedPackage));
}
