import type { SkipInvocation } from '../model/invocation.ts';
import type { Sys } from '../model/sys.ts';
import type { Answer } from './verb.ts';

/** kernel-install asked for nothing of ours. */
export async function skip(_: Sys, { reason, verbose }: SkipInvocation): Promise<Answer> {
  return { result: '', remarks: verbose ? [`pkginitrd: ${reason}`] : [] };
}
