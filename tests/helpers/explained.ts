import { printWhy } from '../../src/cli/print-why.ts';
import { explainPackage } from '../../src/inspect/explain-package.ts';
import type { PackageRequest } from '../../src/model/package-request.ts';
import type { Plan } from '../../src/model/plan.ts';
import { makePlan } from '../../src/plan/plan.ts';
import { resolvePackages } from '../../src/packages/install.ts';
import type { Sys } from '../../src/model/sys.ts';
import { config, facts } from './plan-fixture.ts';

/** What `why` says of each package that a request comes to, by the package's name. */
export async function explained(
  sys: Sys,
  request: PackageRequest,
): Promise<ReadonlyMap<string, string>> {
  const answer = await resolvePackages(sys, request);
  const plan = { ...empty, packages: request.plan };
  return new Map(
    answer.packages.map(({ name }) => [
      name,
      printWhy(plan, explainPackage(plan, new Map(), answer, name)),
    ]),
  );
}

/** Those of them that end nowhere. */
export function unexplained(texts: ReadonlyMap<string, string>): readonly string[] {
  return [...texts]
    .filter(([, text]) => !/test\.conf:\d+$|essential: /m.test(text))
    .map(([name]) => name);
}

const modules = { directory: '', files: [], missing: [], leftOut: [], rootNeeds: [] };
const empty: Plan = makePlan(config(), facts(), modules, new Map(), {
  generic: false,
  offline: false,
});
