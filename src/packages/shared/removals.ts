import { alternativesOf, packagesToRemove } from '../../formats/package-word.ts';
import type { Reasoned } from '../../model/plan.ts';
import { describeReason } from '../../model/reason.ts';

/** What RemovePackages= comes to in an image. */
export interface Removals {
  readonly names: readonly string[];
  /** One for each word that fits no package and does not say that there may be none. */
  readonly warnings: readonly string[];
}

export function removals(
  asked: readonly Reasoned[],
  installed: readonly { readonly name: string }[],
): Removals {
  const names = installed.map(({ name }) => name);
  const found = asked.map((each) => ({ ...each, fits: packagesToRemove(each.value, names) }));
  return {
    names: [...new Set(found.flatMap(({ fits }) => fits))].sort(),
    warnings: found
      .filter(({ fits, value }) => fits.length === 0 && alternativesOf(value).at(-1) !== '')
      .map(
        ({ value, from }) =>
          `Cannot remove "${value}" (${describeReason(from)}): the image has no such package, ignoring`,
      ),
  };
}
