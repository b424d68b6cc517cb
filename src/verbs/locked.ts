import type { AbsolutePath } from '../model/brands.ts';
import type { Sys } from '../model/sys.ts';

/** Runs `work` while no other build has the lock on what lies at `subject`. */
export async function locked<Result>(
  sys: Sys,
  subject: AbsolutePath,
  tell: (sentence: string) => void,
  work: () => Promise<Result>,
): Promise<Result> {
  const lock = await sys.lock(subject, {
    waitSeconds: 600,
    onWait: (holder) => tell(`Waiting for another build to end (${holder})`),
  });
  try {
    return await work();
  } finally {
    lock.release();
  }
}
