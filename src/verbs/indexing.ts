import { indexModules } from '../image/module-indexes.ts';
import type { AbsolutePath } from '../model/brands.ts';
import type { BaseJob } from './base-job.ts';

/** Indexes the kernel's modules by the depmod that is given, once: the second who asks gets the answer of the first. */
export type Indexing = (depmod: AbsolutePath | undefined) => Promise<AbsolutePath>;

export function indexing({
  sys,
  decided: { plan, kernelRoot },
  workspace,
  steps,
}: Omit<BaseJob, 'indexing'>): Indexing {
  let begun: Promise<AbsolutePath> | undefined;
  return (depmod) => {
    begun ??= steps.take('modules', 'Indexing the kernel modules', () =>
      indexModules(sys, plan, kernelRoot, depmod, workspace),
    );
    return begun;
  };
}
