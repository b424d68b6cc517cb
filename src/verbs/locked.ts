import type { AbsolutePath } from '../model/brands.ts';
import type { Sys } from '../model/sys.ts';

/** Runs `work` while no other build has the lock on what lies at `subject`, at most until it calls `release`. */
export async function locked<Result>(
  sys: Sys,
  subject: AbsolutePath,
  tell: (sentence: string) => void,
  work: (release: () => void) => Promise<Result>,
): Promise<Result> {
  const lock = await sys.lock(subject, {
    waitSeconds: 600,
    onWait: (holder) => tell(`Waiting for another build to end (${holder})`),
  });
  let isHeld = true;
  const release = (): void => {
    if (isHeld) lock.release();
    isHeld = false;
  };
  try {
    return await work(release);
  } finally {
    release();
  }
}
