import { fnmatch } from '../formats/fnmatch.ts';
import { namesPackage, packagesToRemove } from '../formats/package-word.ts';
import type { Explanation, ExplanationLine } from '../model/explanation.ts';
import type { PackageAnswer } from '../model/packages.ts';
import type { Plan } from '../model/plan.ts';
import { notTaken, packageChain } from './explain-package.ts';
import { reasonChain } from './reason-chain.ts';

/**
 * The reasons for the files of packages that have the path or, without a slash, the file name asked for. `owners` are the
 * files of the host's packages, paths without leading slash. `answer` is undefined where the manager could not be asked.
 */
export function explainFile(
  plan: Plan,
  owners: ReadonlyMap<string, string>,
  answer: PackageAnswer | undefined,
  name: string,
): readonly Explanation[] {
  const wanted = name.replace(/^\//, '');
  const aliases = [wanted, `usr/${wanted}`, wanted.replace(/^usr\//, '')];
  return [...owners]
    .filter(([path]) => (name.includes('/') ? aliases.includes(path) : path.endsWith(`/${wanted}`)))
    .map(([path, owner]) => ({
      kind: 'file',
      name: `/${path}`,
      lines: [
        { of: null, remark: { type: 'of package', package: owner } },
        ...ownerLines(plan, answer, owner),
        ...removals(plan, path, owner),
      ],
    }));
}

function ownerLines(
  plan: Plan,
  answer: PackageAnswer | undefined,
  owner: string,
): readonly ExplanationLine[] {
  const asked = plan.packages.install.filter(({ value }) => namesPackage(value, owner));
  if (asked.length > 0) return asked.flatMap(({ from }) => reasonChain(plan, owner, from));
  if (answer === undefined) return [{ of: owner, remark: { type: 'not asked for' } }];
  const isTaken = answer.packages.some((each) => each.name === owner);
  if (!isTaken) return notTaken(owner, owner);
  return packageChain(plan, answer, owner).map((line) => ({ ...line, of: line.of ?? owner }));
}

function removals(plan: Plan, path: string, owner: string): readonly ExplanationLine[] {
  const isOwn = plan.root.ownPackages.some((word) => namesPackage(word, owner));
  return [
    ...plan.packages.remove
      .filter(({ value }) => packagesToRemove(value, [owner]).length > 0)
      .map(({ from }) => ({ type: 'removed again', from }) as const),
    ...plan.root.removeFiles
      .filter(({ value, isDefault }) => isBelow(value, path) && !(isDefault && isOwn))
      .map(({ value, from }) => ({ type: 'removed by', pattern: value, from }) as const),
    ...plan.root.removeUnusedLibraries
      .filter(({ value }) => isBelow(value, path))
      .map(({ value, from }) => ({ type: 'removed if unused', pattern: value, from }) as const),
  ].map((remark) => ({ of: null, remark }));
}

/** True where a pattern of RemoveFiles= takes the path itself or a directory above it: `*` stops at a slash. */
function isBelow(pattern: string, path: string): boolean {
  const parts = path.split('/');
  return pattern
    .split('/')
    .filter((part) => part !== '')
    .every((part, index) => parts[index] !== undefined && fnmatch(part, parts[index]));
}
