// KernelModules= patterns as mkosi's manual describes them (mkosi/kmod.py: module_patterns_match).
import { fnmatch } from './fnmatch.ts';
import { MODULE_SUFFIX, replaceOutsideBrackets } from './module-name.ts';

/**
 * True where one pattern, its leading `-` taken away, matches a path relative to the modules directory:
 * `ahci` a file name, `ata/ahci` the end of a path, `/drivers/ata/` all below kernel/drivers/ata, `crypto/`
 * all below any directory of that name. `_` equals `-` but in brackets.
 */
export function matchesModule(rawPattern: string, path: string): boolean {
  const pattern = normalizePattern(rawPattern);
  const name = path.replace(MODULE_SUFFIX, '').replaceAll('_', '-');
  if (pattern.startsWith('/')) {
    if (fnmatch(`/kernel${pattern}`, `/${name}`) || fnmatch(pattern, `/${name}`)) return true;
  }
  if (pattern.includes('/') && fnmatch(`*/${pattern}`, `/${name}`)) return true;
  return fnmatch(pattern, name.slice(name.lastIndexOf('/') + 1));
}

/**
 * True where a list of patterns chooses a module: the last that matches decides, a leading `-` excludes, and what none
 * matches is left out. `host` and `default` have to be expanded before.
 */
export function choosesModule(patterns: readonly string[], path: string): boolean {
  const last = lastMatchingPattern(patterns, path);
  return last !== undefined && !last.startsWith('-');
}

/** The last pattern that matches, as it stands; undefined where none does. */
export function lastMatchingPattern(patterns: readonly string[], path: string): string | undefined {
  return patterns.findLast((pattern) =>
    matchesModule(pattern.startsWith('-') ? pattern.slice(1) : pattern, path),
  );
}

function normalizePattern(pattern: string): string {
  const dashed = replaceOutsideBrackets(pattern, '_', '-');
  return dashed.endsWith('/') ? `${dashed}*` : dashed;
}
