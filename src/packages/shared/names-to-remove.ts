import type { Reasoned } from '../../model/plan.ts';

/** The installed packages that RemovePackages= names, by name or, as apt has it, by regular expression. */
export function namesToRemove(
  asked: readonly Reasoned[],
  installed: readonly { readonly name: string }[],
): readonly string[] {
  const names = installed.map(({ name }) => name);
  const found = asked.flatMap(({ value }) => {
    if (names.includes(value)) return [value];
    if (!/[*?^$|[\]]/.test(value)) return [];
    const pattern = new RegExp(value);
    return names.filter((name) => pattern.test(name));
  });
  return [...new Set(found)].sort();
}
