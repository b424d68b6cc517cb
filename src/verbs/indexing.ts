import { indexDirectory, indexModules, takeIndexes } from '../image/module-indexes.ts';
import type { AbsolutePath } from '../model/brands.ts';
import type { BaseJob } from './base-job.ts';

/** Indexes the kernel's modules, by the depmod that is given where one has to run, once: the second who asks gets the answer of the first. */
export type Indexing = (depmod: AbsolutePath | undefined) => Promise<AbsolutePath>;

export function indexing({
  sys,
  decided: { plan, kernelRoot, isIndexed },
  workspace,
  steps,
}: Omit<BaseJob, 'indexing'>): Indexing {
  let begun: Promise<AbsolutePath> | undefined;
  return (depmod) => {
    begun ??= steps.take('modules', 'Indexing the kernel modules', async () =>
      isIndexed && takeIndexes(sys, plan, kernelRoot, workspace)
        ? indexDirectory(workspace)
        : indexModules(sys, plan, kernelRoot, depmod, workspace),
    );
    return begun;
  };
}
