import { fnmatch } from '../formats/fnmatch.ts';
import { namesPackage, packagesToRemove } from '../formats/package-word.ts';
import type { Plan } from '../model/plan.ts';
import { describeReason } from '../model/reason.ts';

/**
 * The reasons for a file of a package in the image, by the files that the packages of the host own: paths without leading slash. The
 * subject is a path or a file's name. undefined where no package owns it.
 */
export function printWhyFile(
  plan: Plan,
  subject: string,
  owners: ReadonlyMap<string, string>,
): string | undefined {
  const wanted = subject.replace(/^\//, '');
  const aliases = [wanted, `usr/${wanted}`, wanted.replace(/^usr\//, '')];
  const found = [...owners].filter(([path]) =>
    wanted.includes('/') ? aliases.includes(path) : path.endsWith(`/${wanted}`),
  );
  if (found.length === 0) return undefined;
  return found
    .flatMap(([path, owner]) => [`file /${path}\n`, ...reasons(plan, path, owner)])
    .join('');
}

function reasons(plan: Plan, path: string, owner: string): readonly string[] {
  const asked = plan.packages.install.filter(({ value }) => namesPackage(value, owner));
  const removed = plan.packages.remove.filter(
    ({ value }) => packagesToRemove(value, [owner]).length > 0,
  );
  const isOwn = plan.root.ownPackages.some((word) => namesPackage(word, owner));
  const lines = [
    ...asked.map(({ from }) => `of package ${owner}: ${describeReason(from)}`),
    ...(asked.length > 0
      ? []
      : [`of package ${owner}: not asked for, in the image only if one that is depends on it`]),
    ...removed.map(({ from }) => `package removed again: ${describeReason(from)}`),
    ...plan.root.removeFiles
      .filter(({ value, isDefault }) => isBelow(value, path) && !(isDefault && isOwn))
      .map(({ value, from }) => `removed by ${value}: ${describeReason(from)}`),
    ...plan.root.removeUnusedLibraries
      .filter(({ value }) => isBelow(value, path))
      .map(
        ({ value, from }) =>
          `removed unless something needs it, by ${value}: ${describeReason(from)}`,
      ),
  ];
  return lines.map((line) => `  ${line}\n`);
}

/** True where a pattern of RemoveFiles= takes the path itself or a directory above it: `*` stops at a slash. */
function isBelow(pattern: string, path: string): boolean {
  const parts = path.split('/');
  return pattern
    .split('/')
    .filter((part) => part !== '')
    .every((part, index) => parts[index] !== undefined && fnmatch(part, parts[index]));
}
