import { absolutePath, type AbsolutePath } from '../model/brands.ts';
import type { Sys } from '../model/sys.ts';

/** Runs `work` with a directory of its own, below `parent` where that can be; it is gone afterwards. */
export async function inWorkspace<Result>(
  sys: Sys,
  parent: AbsolutePath,
  work: (workspace: AbsolutePath) => Promise<Result>,
): Promise<Result> {
  const workspace = sys.workspace(parent, spareDirectory);
  try {
    return await work(workspace.path);
  } finally {
    workspace.remove();
  }
}

// Hardened servers mount /var/tmp noexec, and packages' scripts have to be run in the workspace.
const spareDirectory = absolutePath('/var/cache/pkginitrd/tmp');
