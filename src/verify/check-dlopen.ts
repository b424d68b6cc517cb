// Libraries that programs open while they run, by what their ELF notes say of them.
import type { DlopenDependency } from '../formats/dlopen-note.ts';
import type { Report } from './report.ts';

export interface Opening extends DlopenDependency {
  /** Who opens it. */
  readonly path: string;
}

/**
 * `missing` are those of which no library was found. One finding for each feature: many programs share a library that
 * opens others, and say the same.
 */
export function reportMissingLibraries(missing: readonly Opening[], report: Report): void {
  const seen = new Set<string>();
  for (const { path, soname, feature, priority } of missing) {
    if (priority === 'suggested') continue;
    const key = `${priority} ${feature ?? ''} ${soname.join()}`;
    if (seen.has(key)) continue;
    seen.add(key);
    const libraries = `"${soname.join('" or "')}"`;
    const purpose = feature === undefined ? '' : ` for ${feature}`;
    report({
      severity: priority === 'required' ? 'error' : 'warning',
      check: 'libraries',
      path,
      message: `"${path}" opens ${libraries}${purpose}, which is missing; that will not work`,
      hint: `Add the package that ships ${libraries} to Packages=`,
      sonames: soname,
    });
  }
}
