import { prune } from '../cache/prune.ts';
import { printClean } from '../cli/print-clean.ts';
import { absolutePath } from '../model/brands.ts';
import { UsageError } from '../model/errors.ts';
import type { CacheName, CleanInvocation } from '../model/invocation.ts';
import type { Sys } from '../model/sys.ts';
import { archiveCaches } from '../packages/install.ts';
import { locked } from './locked.ts';
import { partDirectory } from './part-cache.ts';
import type { Answer, Surroundings } from './verb.ts';

/** `pkginitrd clean`: empties our own caches of a host. The package manager's are not ours. */
export async function clean(
  sys: Sys,
  { what, hostRoot }: CleanInvocation,
  { user, tell }: Surroundings,
): Promise<Answer> {
  if (user !== 0) {
    throw new UsageError(
      `Cannot remove files as user ${user}: the caches are root's`,
      'Run it with sudo',
    );
  }
  const cache = absolutePath(`${hostRoot}/var/cache/pkginitrd`);
  const removed = await locked(sys, cache, tell, async () =>
    what.map((name) => ({ name, bytes: emptied(sys, hostRoot, directories[name]) })),
  );
  return { result: printClean(removed), remarks: [] };
}

const directories = {
  parts: [partDirectory],
  archives: archiveCaches,
} satisfies Record<CacheName, readonly string[]>;

function emptied(
  sys: Sys,
  hostRoot: CleanInvocation['hostRoot'],
  paths: readonly string[],
): number {
  const files = sys.root(hostRoot);
  return paths
    .filter((path) => files.lstat(path)?.type === 'directory')
    .reduce((sum, path) => sum + prune(sys, files.resolve(path), 0), 0);
}
