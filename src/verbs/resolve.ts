import { absolutePath } from '../model/brands.ts';
import type { PackageAnswer } from '../model/packages.ts';
import type { Sys } from '../model/sys.ts';
import { resolvePackages } from '../packages/install.ts';
import type { Decided } from './decide.ts';
import { inWorkspace } from './in-workspace.ts';
import { locked } from './locked.ts';
import type { Surroundings } from './verb.ts';

/** Asks the package manager what the plan's packages come to, by the lists and caches that there are: no network, nothing installed. */
export async function resolve(
  sys: Sys,
  { plan, os, hostRoot }: Decided,
  { temporaryDirectory, tell }: Pick<Surroundings, 'temporaryDirectory' | 'tell'>,
): Promise<PackageAnswer> {
  // The managers keep indexes of their lists beside the cache of packages.
  const cache = absolutePath(`${hostRoot}/var/cache/pkginitrd`);
  return locked(sys, cache, tell, () =>
    inWorkspace(sys, temporaryDirectory, (workspace) =>
      resolvePackages(sys, {
        plan: plan.packages,
        os,
        hostRoot,
        workspace,
        sourceDateEpoch: plan.sourceDateEpoch ?? undefined,
      }),
    ),
  );
}
