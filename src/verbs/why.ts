import { printWhy, printWhyJson } from '../cli/print-why.ts';
import { nearestName } from '../formats/nearest-name.ts';
import { readModuleIndex } from '../host/module-index.ts';
import { writtenInImage } from '../image/written-files.ts';
import { explainFile } from '../inspect/explain-file.ts';
import { explainPackage } from '../inspect/explain-package.ts';
import { explainPlanned, plannedNames } from '../inspect/explain-planned.ts';
import { explainWritten } from '../inspect/explain-written.ts';
import { BuildError } from '../model/errors.ts';
import type { Explanation } from '../model/explanation.ts';
import type { WhyInvocation } from '../model/invocation.ts';
import type { PackageAnswer } from '../model/packages.ts';
import type { Sys } from '../model/sys.ts';
import { readHostOwners } from '../packages/install.ts';
import { explainModule } from '../plan/explain-module.ts';
import { explainProfile } from '../plan/explain-profile.ts';
import { treeFiles } from '../root/tree-files.ts';
import { writtenInRoot } from '../root/written-files.ts';
import { decide, type Decided } from './decide.ts';
import { once } from './once.ts';
import { resolve } from './resolve.ts';
import type { Answer, Surroundings } from './verb.ts';

/** `pkginitrd why NAME…`. What is known is printed, whatever the other names are. */
export async function why(
  sys: Sys,
  { subjects, request, format }: WhyInvocation,
  surroundings: Surroundings,
): Promise<Answer> {
  const decided = await decide(sys, request, surroundings);
  const sources = sourcesOf(sys, decided, surroundings);
  const explanations: Explanation[] = [];
  const unknown: string[] = [];
  for (const name of subjects) {
    const found = await explain(decided, sources, name);
    explanations.push(...found);
    if (found.length === 0) unknown.push(name);
  }
  const result =
    format === 'json' ? printWhyJson(explanations) : printWhy(decided.plan, explanations);
  return {
    result,
    remarks: sources.remarks,
    ...(unknown.length === 0 ? {} : { failure: notFound(decided, unknown) }),
  };
}

/** What costs time to read, each read once and only when a name needs it. */
interface Sources {
  readonly modules: () => ReturnType<typeof readModuleIndex>;
  readonly trees: () => ReturnType<typeof treeFiles>;
  readonly owners: () => Promise<ReadonlyMap<string, string>>;
  readonly answer: () => Promise<PackageAnswer | undefined>;
  readonly remarks: readonly string[];
}

function sourcesOf(sys: Sys, decided: Decided, surroundings: Surroundings): Sources {
  const { plan, hostRoot, kernelRoot } = decided;
  const remarks: string[] = [];
  return {
    modules: once(() => readModuleIndex(sys.root(kernelRoot), plan.modules.directory)),
    trees: once(() => treeFiles(sys, plan.root.extraTrees)),
    owners: once(() => readHostOwners(sys, plan.packages.manager, hostRoot)),
    answer: once(async () => {
      try {
        if (surroundings.user === 0) return await resolve(sys, decided, surroundings);
        remarks.push(
          'pkginitrd: Packages that come by dependency are not known: asking for them needs root',
        );
      } catch (error) {
        if (!(error instanceof BuildError)) throw error;
        remarks.push(`pkginitrd: Packages that come by dependency are not known: ${error.message}`);
      }
      return undefined;
    }),
    remarks,
  };
}

async function explain(
  { plan, config }: Decided,
  sources: Sources,
  name: string,
): Promise<readonly Explanation[]> {
  const planned = explainPlanned(plan, name);
  const atHand = [
    ...planned,
    ...explainProfile(config, name),
    ...explainWritten(plan, [...writtenInRoot, ...writtenInImage], sources.trees(), name),
    ...(planned.some(({ kind }) => kind.startsWith('module'))
      ? []
      : explainModule(config, sources.modules(), name)),
  ];
  // Asking the package manager takes seconds, and is done only for what nothing else knows.
  if (atHand.length > 0) return atHand;
  const [answer, owners] = [await sources.answer(), await sources.owners()];
  const named = name.includes('/') ? [] : explainPackage(plan, owners, answer, name);
  return named.length > 0 ? named : explainFile(plan, owners, answer, name);
}

function notFound({ plan, config }: Decided, unknown: readonly string[]): BuildError {
  const known = [...plannedNames(plan), ...config.availableProfiles];
  const near = unknown.flatMap((name) => nearestName(name, known) ?? []);
  const names = unknown.map((name) => `"${name}"`).join(', ');
  return new BuildError(
    `Cannot find ${names} in what would be built, nor in this kernel or system`,
    {
      hint:
        near.length > 0
          ? `Is ${near.map((name) => `"${name}"`).join(', ')} meant?`
          : 'Files of packages that the host has not installed are not known; see "pkginitrd build --dry-run"',
    },
  );
}
