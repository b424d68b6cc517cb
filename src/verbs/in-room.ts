import type { AbsolutePath } from '../model/brands.ts';
import type { BaseJob } from './base-job.ts';

/**
 * Runs `work` with a directory that takes `bytes`: in memory, gone afterwards, where there is room; else the workspace
 * itself.
 */
export async function inRoom<Result>(
  { sys, workspace, memoryDirectories }: Pick<BaseJob, 'sys' | 'workspace' | 'memoryDirectories'>,
  bytes: number,
  work: (room: AbsolutePath) => Promise<Result>,
): Promise<Result> {
  const memory = sys.memoryWorkspace(memoryDirectories, bytes);
  if (memory === undefined) return work(workspace);
  try {
    return await work(memory.path);
  } finally {
    memory.remove();
  }
}
