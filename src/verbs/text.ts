import type { TextInvocation } from '../model/invocation.ts';
import type { Sys } from '../model/sys.ts';
import type { Answer } from './verb.ts';

/** Help and version are ready when the command line is read. */
export async function text(_: Sys, invocation: TextInvocation): Promise<Answer> {
  return { result: invocation.text, remarks: [] };
}
