// Libraries that programs open while they run, by what their ELF notes say of them.
import type { DlopenDependency } from '../formats/dlopen-note.ts';
import type { Report } from './report.ts';

export interface Opening extends DlopenDependency {
  /** Who opens it. */
  readonly path: string;
  /** True where the way to the real root goes through it. */
  readonly isNeeded: boolean;
}

/**
 * `missing` are those of which no library was found. One finding for each feature: many programs share a library that
 * opens others, and say the same.
 */
export function reportMissingLibraries(missing: readonly Opening[], report: Report): void {
  const seen = new Set<string>();
  for (const { path, soname, feature, priority, isNeeded } of missing) {
    if (priority === 'suggested' && !isNeeded) continue;
    const key = `${isNeeded} ${feature ?? ''} ${soname.join()}`;
    if (seen.has(key)) continue;
    seen.add(key);
    const libraries = `"${soname.join('" or "')}"`;
    const purpose = feature === undefined ? '' : ` for ${feature}`;
    report({
      severity: isNeeded ? 'error' : 'warning',
      check: 'libraries',
      path,
      message: `"${path}" opens ${libraries}${purpose}, which is missing; that will not work`,
      hint: `Add the package that ships ${libraries} to Packages=`,
      sonames: soname,
    });
  }
}
