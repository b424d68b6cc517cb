import { absolutePath, type AbsolutePath } from '../model/brands.ts';
import type { Sys } from '../model/sys.ts';

/** Runs `work` with a directory of its own, while no other build runs; the directory is gone afterwards. */
export async function inWorkspace<Result>(
  sys: Sys,
  parent: AbsolutePath,
  tell: (sentence: string) => void,
  work: (workspace: AbsolutePath) => Promise<Result>,
): Promise<Result> {
  const workspace = sys.workspace(parent);
  try {
    const lock = await sys.lock(lockFile, {
      waitSeconds: 600,
      onWait: (holder) => tell(`Waiting for another build to end (${holder})`),
    });
    try {
      return await work(workspace.path);
    } finally {
      lock.release();
    }
  } finally {
    workspace.remove();
  }
}

const lockFile = absolutePath('/run/lock/pkginitrd.lock');
