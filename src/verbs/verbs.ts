import { traceEverything } from '../log.ts';
import type { Invocation, Invocations } from '../model/invocation.ts';
import type { Sys } from '../model/sys.ts';
import type { Answer, Surroundings, Verb } from './verb.ts';

/** What a verb is run for. Help and version are ready when the command line is read. */
export type Task = Exclude<Invocation, { readonly type: 'text' }>;

/** Runs the verb that an invocation names. */
export async function runVerb(
  sys: Sys,
  invocation: Task,
  surroundings: Surroundings,
): Promise<Answer> {
  if ('debug' in invocation && invocation.debug) traceEverything();
  return run(invocation.type, invocation, sys, surroundings);
}

type Verbs = { readonly [Type in Task['type']]: () => Promise<Verb<Invocations[Type]>> };

// Each is loaded when it is asked for: status takes less time than loading what a build needs.
const verbs = {
  build: async () => (await import('./build.ts')).build,
  plan: async () => (await import('./plan.ts')).plan,
  why: async () => (await import('./why.ts')).why,
  status: async () => (await import('./status.ts')).status,
  doctor: async () => (await import('./doctor.ts')).doctor,
  clean: async () => (await import('./clean.ts')).clean,
  refresh: async () => (await import('./refresh.ts')).refresh,
  rollback: async () => (await import('./rollback.ts')).rollback,
  entry: async () => (await import('./entry.ts')).entry,
  rescue: async () => (await import('./rescue.ts')).rescue,
  list: async () => (await import('./list.ts')).list,
  extract: async () => (await import('./extract.ts')).extract,
  diff: async () => (await import('./diff.ts')).diff,
  skip: async () => (await import('./skip.ts')).skip,
} satisfies Verbs;

async function run<Type extends Task['type']>(
  type: Type,
  invocation: Invocations[Type],
  sys: Sys,
  surroundings: Surroundings,
): Promise<Answer> {
  // The compiler finds the verb's parameter by its type in the table, not in the value.
  const table: Verbs = verbs;
  const verb = await table[type]();
  return verb(sys, invocation, surroundings);
}
