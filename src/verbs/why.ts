import { printWhy } from '../cli/print-why.ts';
import { printWhyFile } from '../cli/print-why-file.ts';
import { BuildError } from '../model/errors.ts';
import type { WhyInvocation } from '../model/invocation.ts';
import type { Sys } from '../model/sys.ts';
import { readHostOwners } from '../packages/install.ts';
import { decide } from './decide.ts';
import type { Answer, Surroundings } from './verb.ts';

/** `pkginitrd why NAME`. */
export async function why(
  sys: Sys,
  { subject, request }: WhyInvocation,
  surroundings: Surroundings,
): Promise<Answer> {
  const { plan, hostRoot } = await decide(sys, request, surroundings);
  // Reading the packages' files takes long, and is done only when the plan itself has no answer.
  const result =
    printWhy(plan, subject) ??
    printWhyFile(plan, subject, await readHostOwners(sys, plan.packages.manager, hostRoot));
  if (result !== undefined) return { result, remarks: [] };
  throw new BuildError(`Cannot find "${subject}" in what would be built`, {
    hint: 'Files of packages that the host has not installed are not known; see "pkginitrd build --dry-run"',
  });
}
