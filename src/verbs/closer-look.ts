import { contentDifferences, packageDifferences, planDifferences } from '../cache/differences.ts';
import { changedInputs } from '../cache/inputs.ts';
import { packagesToRemove } from '../formats/package-word.ts';
import { absolutePath } from '../model/brands.ts';
import type { Difference } from '../model/difference.ts';
import { BuildError, UsageError } from '../model/errors.ts';
import type { Sys } from '../model/sys.ts';
import { excerptDigest } from '../packages/excerpt.ts';
import { decide, type Decided } from './decide.ts';
import { inWorkspace } from './in-workspace.ts';
import { locked } from './locked.ts';
import { prepareBase } from './make-base.ts';
import { hostDigests, placedPackage } from './memory.ts';
import type { Remembered } from './placed-images.ts';
import { contentsOf } from './trees.ts';
import type { Surroundings } from './verb.ts';

/** Makes the plan of an image again, asks the manager where that may matter, and compares. */
export async function closerLook(
  sys: Sys,
  image: Remembered,
  surroundings: Surroundings,
): Promise<readonly Difference[]> {
  const { placed } = image;
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
    return [...differences, ...packages];
  } catch (error) {
    if (!(error instanceof BuildError || error instanceof UsageError)) throw error;
    return [{ type: 'failure', message: error.message }];
  }
}

/** Modules, firmware and microcode whose files are others under the same name. */
function kernelDifferences(
  sys: Sys,
  { planInputs }: Remembered,
  { plan, kernelRoot }: Decided,
): readonly Difference[] {
  const changed = new Set(planInputs === null ? [] : changedInputs(sys, planInputs, excerptDigest));
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
    changedInputs(sys, baseInputs, excerptDigest).next().done === true;
  if (isSame) return [];
  const cache = absolutePath(`${decided.hostRoot}/var/cache/pkginitrd`);
  const prepared = await locked(sys, cache, tell, () =>
    inWorkspace(sys, temporaryDirectory, (workspace) => prepareBase(sys, decided, workspace)),
  );
  // What RemovePackages= takes out again is chosen and is not in the image.
  const names = prepared.packages.map(({ name }) => name);
  const removed = decided.plan.packages.remove.flatMap((each) =>
    packagesToRemove(each.value, names),
  );
  const staying = prepared.packages.filter(({ name }) => !removed.includes(name));
  return packageDifferences(placed.packages, staying.map(placedPackage));
}
