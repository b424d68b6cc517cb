import { printPlan, printPlanJson } from '../cli/print-plan.ts';
import { hasPackages } from '../host/manager.ts';
import { BuildError, MissingLists, UsageError } from '../model/errors.ts';
import type { PlanInvocation } from '../model/invocation.ts';
import type { PackageAnswer } from '../model/packages.ts';
import type { Sys } from '../model/sys.ts';
import { foreseePlace } from '../place/foresee.ts';
import { broughtPaths } from '../root/tree-files.ts';
import { decide, type Decided } from './decide.ts';
import { resolve } from './resolve.ts';
import type { Answer, Surroundings } from './verb.ts';

/**
 * `pkginitrd build --dry-run`: the plan, and all for which the build would be refused before it has begun. Asking for that needs root, as
 * the build does.
 */
export async function plan(
  sys: Sys,
  invocation: PlanInvocation,
  surroundings: Surroundings,
): Promise<Answer> {
  const decided = await decide(sys, invocation.request, surroundings);
  const { plan } = decided;
  const trial = tries();
  let answer: PackageAnswer | undefined;
  if (surroundings.user === 0) {
    const brought = () => broughtPaths(sys, plan.root.extraTrees);
    const wanted = { ...decided.config, ...plan, brought };
    await trial.of(async () => foreseePlace(sys, invocation, wanted));
    if (isCaptured(sys, decided)) {
      trial.remarks.push(
        `pkginitrd: Warning: The names of the packages are not looked at: "${decided.hostRoot}" has no package database, which a build needs`,
      );
    } else answer = await trial.of(async () => resolve(sys, decided, surroundings));
  } else {
    trial.remarks.push(
      'pkginitrd: The names of the packages and the destination are not looked at: that needs root',
    );
  }
  const print = { text: printPlan, json: printPlanJson }[invocation.format];
  return { result: print(plan, answer), remarks: trial.remarks, ...trial.failure() };
}

/** What is known of another machine, given by --host-root to see what its image would be. */
function isCaptured(sys: Sys, { hostRoot, plan }: Decided): boolean {
  return hostRoot !== '/' && !hasPackages(sys.root(hostRoot), plan.packages.manager);
}

type Failure = UsageError | BuildError;

/** Goes on after a failure, so that all are told at once. */
function tries() {
  const failures: Failure[] = [];
  const remarks: string[] = [];
  return {
    remarks,
    of: async <Result extends { readonly warnings: readonly string[] }>(
      attempt: () => Promise<Result>,
    ): Promise<Result | undefined> => {
      try {
        const result = await attempt();
        remarks.push(...result.warnings.map((warning) => `pkginitrd: Warning: ${warning}`));
        return result;
      } catch (error) {
        if (error instanceof MissingLists) {
          remarks.push(`pkginitrd: Warning: ${error.message}. ${error.hint ?? ''}`);
        } else if (error instanceof BuildError || error instanceof UsageError) {
          failures.push(error);
        } else throw error;
        return undefined;
      }
    },
    failure: (): { readonly failure?: Failure } => {
      const [first, ...others] = failures;
      if (first === undefined) return {};
      const message = [first, ...others].map((each) => each.message).join('\npkginitrd: ');
      return first instanceof UsageError
        ? { failure: new UsageError(message, first.hint) }
        : { failure: new BuildError(message, { hint: first.hint }) };
    },
  };
}
