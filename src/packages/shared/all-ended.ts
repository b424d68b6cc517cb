/** Waits for all, then throws the first failure: none is left running in a workspace that is being removed. */
export async function allEnded(jobs: readonly Promise<unknown>[]): Promise<void> {
  const ended = await Promise.allSettled(jobs);
  for (const end of ended) if (end.status === 'rejected') throw end.reason;
}
