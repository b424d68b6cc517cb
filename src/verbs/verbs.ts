import { traceEverything } from '../log.ts';
import type { Invocation, Invocations } from '../model/invocation.ts';
import type { Sys } from '../model/sys.ts';
import { build } from './build.ts';
import { clean } from './clean.ts';
import { plan } from './plan.ts';
import { skip } from './skip.ts';
import { status } from './status.ts';
import { text } from './text.ts';
import type { Answer, Surroundings, Verb } from './verb.ts';
import { why } from './why.ts';

/** Runs the verb that an invocation names. */
export async function runVerb(
  sys: Sys,
  invocation: Invocation,
  surroundings: Surroundings,
): Promise<Answer> {
  if ('debug' in invocation && invocation.debug) traceEverything();
  return run(invocation.type, invocation, sys, surroundings);
}

type Verbs = { readonly [Type in keyof Invocations]: Verb<Invocations[Type]> };

const verbs = { build, plan, why, status, clean, text, skip } satisfies Verbs;

function run<Type extends keyof Invocations>(
  type: Type,
  invocation: Invocations[Type],
  sys: Sys,
  surroundings: Surroundings,
): Promise<Answer> {
  // The compiler finds the verb's parameter by its type in the table, not in the value.
  const table: Verbs = verbs;
  return table[type](sys, invocation, surroundings);
}
