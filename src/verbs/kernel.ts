import { kernelKey } from '../cache/key.ts';
import { keep, lookUp } from '../cache/store.ts';
import { putPartTogether, takePartApart } from '../cache/stored-base.ts';
import { treeDigest } from '../cache/tree-digest.ts';
import { takeDown } from '../cache/witnesses.ts';
import { kernelFiles } from '../image/kernel-part.ts';
import { writeKernelPart } from '../image/parts.ts';
import type { Base } from '../model/base.ts';
import type { CacheAnswer, WhyMade } from '../model/cache.ts';
import type { WrittenPart } from '../model/image.ts';
import type { Manifest } from '../model/manifest.ts';
import type { BaseJob } from './base-job.ts';
import type { PartCache } from './part-cache.ts';

export interface KernelAnswer {
  readonly kernel: WrittenPart;
  readonly from: CacheAnswer;
  /** Sentences about a cache that keeps nothing. */
  readonly warnings: readonly string[];
}

export interface KernelNeeds {
  readonly base: Base;
  readonly manifest: Manifest;
  readonly epoch: number;
}

/** The kernel part: cached, where every file that it is made of is the one that it was; else made. */
export async function getKernel(
  job: BaseJob,
  cache: PartCache | WhyMade,
  needs: KernelNeeds,
  inTurn: <T>(work: () => Promise<T>) => Promise<T>,
): Promise<KernelAnswer> {
  if ('type' in cache) {
    return { kernel: await make(job, needs), from: { type: 'made', why: cache }, warnings: [] };
  }
  const { sys, workspace } = job;
  const key = keyOf(job, cache, needs);
  if (typeof key !== 'string') {
    return { kernel: await make(job, needs), from: { type: 'made', why: key }, warnings: [] };
  }
  const found = lookUp(sys, cache.store, key, workspace);
  if (found.type === 'found') {
    const from = { type: 'cached', by: 'unchanged' } as const;
    return { kernel: putPartTogether(found), from, warnings: [] };
  }
  const kernel = await make(job, needs);
  const { data, blobs } = takePartApart(kernel);
  const warnings = await inTurn(() => keep(sys, cache.store, key, data, blobs));
  const why = { type: found.type === 'damaged' ? 'damaged' : 'new' } as const;
  return { kernel, from: { type: 'made', why }, warnings };
}

function keyOf(
  { sys, decided, workspace }: BaseJob,
  { makers }: PartCache,
  { base, manifest, epoch }: KernelNeeds,
): string | WhyMade {
  const { plan, kernelRoot } = decided;
  const files = takeDown(sys.root(kernelRoot), kernelFiles(plan), sys.fileTime(workspace));
  if (files.type === 'moving') return { type: 'changed', path: files.path };
  const depmod = base.depmod === undefined ? null : treeDigest(sys, base.depmod);
  const { witnesses } = files;
  return `kernel-${kernelKey(plan, manifest, makers, { epoch, depmod, files: witnesses })}`;
}

async function make(
  { sys, decided, workspace, codec, steps, indexing }: BaseJob,
  { base, manifest, epoch }: KernelNeeds,
): Promise<WrittenPart> {
  const { plan, kernelRoot } = decided;
  const indexes = await indexing(base.depmod);
  return steps.take('kernel', 'Writing the kernel part', () =>
    writeKernelPart(sys, { plan, kernelRoot, indexes, manifest, epoch }, workspace, codec),
  );
}
