import { printPlan, printPlanJson } from '../cli/print-plan.ts';
import type { PlanInvocation } from '../model/invocation.ts';
import type { Sys } from '../model/sys.ts';
import { decide } from './decide.ts';
import type { Answer, Surroundings } from './verb.ts';

/** `pkginitrd build --dry-run`. */
export async function plan(
  sys: Sys,
  invocation: PlanInvocation,
  surroundings: Surroundings,
): Promise<Answer> {
  const { plan } = await decide(sys, invocation.request, surroundings);
  const print = { text: printPlan, json: printPlanJson }[invocation.format];
  return { result: print(plan), remarks: [] };
}
