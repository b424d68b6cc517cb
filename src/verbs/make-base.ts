import { readOs } from '../host/os.ts';
import { baseEntries, describeBase } from '../image/base-part.ts';
import { writeEntries, writePart } from '../image/write-image.ts';
import type { Base } from '../model/base.ts';
import { absolutePath, type AbsolutePath } from '../model/brands.ts';
import { BuildError } from '../model/errors.ts';
import type { Codec, Entry } from '../model/image.ts';
import type { RootTree } from '../model/packages.ts';
import type { PartPlan } from '../model/plan.ts';
import type { Sys } from '../model/sys.ts';
import { preparePackages, type Prepared, type Ready } from '../packages/install.ts';
import { allEnded } from '../packages/shared/all-ended.ts';
import { depmodEntries } from '../root/depmod.ts';
import { makeInitrdRoot } from '../root/make-initrd-root.ts';
import { treeBytes } from '../root/tree-files.ts';
import type { BaseJob } from './base-job.ts';
import type { Decided } from './decide.ts';
import { inRoom } from './in-room.ts';

/** Has the manager choose the packages of the plan. */
export async function prepareBase(
  sys: Sys,
  { plan, os, hostRoot }: Decided,
  workspace: AbsolutePath,
): Promise<Prepared> {
  return preparePackages(sys, {
    plan: plan.packages,
    os,
    hostRoot,
    workspace,
    sourceDateEpoch: plan.sourceDateEpoch ?? undefined,
    locale: plan.root.locale,
  });
}

/** Installs the packages and makes the base part of them. Their root is removed: a Base is all that is left. */
export async function finishBase(job: BaseJob, ready: Ready): Promise<Base> {
  const { sys, decided } = job;
  const bytes = ready.unpackedBytes + treeBytes(sys, decided.plan.root.extraTrees);
  return inRoom(job, bytes, (room) => makeBase(job, ready, room));
}

async function makeBase(
  { sys, decided, workspace, codec, steps, indexing }: BaseJob,
  ready: Ready,
  room: AbsolutePath,
): Promise<Base> {
  const { plan, hostRoot } = decided;
  const { distribution, architecture } = plan;
  const tree = await steps.take('packages', 'Installing the packages', () => ready.install(room));
  const epoch = plan.sourceDateEpoch ?? tree.newestPackageTime;
  await steps.take('root', 'Making an initrd of the root', () =>
    makeInitrdRoot(sys, tree, plan.root, { hostRoot, distribution, architecture, epoch }),
  );
  return steps.take('base', 'Writing the base part', () =>
    packBase(sys, plan.parts, tree, epoch, workspace, codec, indexing),
  );
}

/**
 * Takes all that later steps need out of the finished root, and removes it. `meanwhile` is what can be done with its
 * depmod while the part is compressed.
 */
export async function packBase(
  sys: Sys,
  parts: readonly PartPlan[],
  tree: RootTree,
  epoch: number,
  workspace: AbsolutePath,
  codec: Codec,
  meanwhile: (depmod: AbsolutePath | undefined) => Promise<unknown>,
): Promise<Base> {
  const root = sys.root(tree.root);
  const entries = baseEntries(root, epoch);
  const depmod = await writeDepmod(sys, entries, workspace);
  const part = parts.find(({ name }) => name === 'base');
  if (part === undefined) throw new BuildError('Cannot make an image without a base part');
  const { packages, owners, newestPackageTime, warnings } = tree;
  const writing = writePart(sys, part, entries, workspace, codec);
  await allEnded([writing, meanwhile(depmod)]);
  const base = {
    ...describeBase(root, entries, owners),
    part: await writing,
    depmod,
    packages,
    owners,
    bugs: readOs(root).bugReportUrl,
    newestPackageTime,
    warnings,
  };
  root.remove('/');
  return base;
}

async function writeDepmod(
  sys: Sys,
  entries: readonly Entry[],
  workspace: AbsolutePath,
): Promise<AbsolutePath | undefined> {
  const depmod = depmodEntries(sys, entries);
  if (depmod.length === 0) return undefined;
  return writeEntries(sys, depmod, absolutePath(`${workspace}/depmod.cpio`));
}
