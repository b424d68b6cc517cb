// KernelModules= patterns as mkosi's manual describes them (mkosi/kmod.py: module_patterns_match).
import { fnmatch } from './fnmatch.ts';
import { MODULE_SUFFIX, replaceOutsideBrackets } from './module-name.ts';

/**
 * True where one pattern, its leading `-` taken away, matches a path relative to the modules directory:
 * `ahci` a file name, `ata/ahci` the end of a path, `/drivers/ata/` all below kernel/drivers/ata, `crypto/`
 * all below any directory of that name. `_` equals `-` but in brackets.
 */
export function matchesModule(rawPattern: string, path: string): boolean {
  return matches(normalizePattern(rawPattern), normalizePath(path));
}

/**
 * True where a list of patterns chooses a module: the last that matches decides, a leading `-` excludes, and what none
 * matches is left out. `host` and `default` have to be expanded before.
 */
export function choosesModule(patterns: readonly string[], path: string): boolean {
  const last = patterns[indexPatterns(patterns)(path)];
  return last !== undefined && !last.startsWith('-');
}

/**
 * Looks up the place of the last of `patterns` that matches a path, -1 where none does; a leading `-` does not count. Thousands of
 * patterns are held against thousands of modules, so those without a wildcard are found by what a path is made of.
 */
export function indexPatterns(patterns: readonly string[]): (path: string) => number {
  const byKey = new Map<string, number>();
  const wild: { readonly place: number; readonly pattern: string }[] = [];
  for (const [place, raw] of patterns.entries()) {
    const pattern = raw.startsWith('-') ? raw.slice(1) : raw;
    if (/[*?[]/.test(pattern)) wild.push({ place, pattern: normalizePattern(pattern) });
    else byKey.set(keyOfPattern(normalizeDashes(pattern)), place);
  }
  return (path) => {
    const name = normalizePath(path);
    const literal = Math.max(...keysOfPath(name).map((key) => byKey.get(key) ?? -1));
    const found = wild.findLast(({ place, pattern }) => place < literal || matches(pattern, name));
    return Math.max(literal, found?.place ?? -1);
  };
}

/** The form of a pattern and its words, so that no two forms have the same key. */
function keyOfPattern(pattern: string): string {
  const isTree = pattern.endsWith('/');
  if (pattern.startsWith('/')) return `${isTree ? 'from top' : 'whole'} ${pattern}`;
  if (!pattern.includes('/')) return `name ${pattern}`;
  return `${isTree ? 'within' : 'end'} ${pattern}`;
}

/** The keys of all patterns without a wildcard that match a path. */
function keysOfPath(name: string): readonly string[] {
  const parts = name.split('/');
  const keys = [`name ${parts.at(-1) ?? ''}`, `whole /${name}`, `from top /`];
  if (parts[0] === 'kernel') keys.push(`whole /${parts.slice(1).join('/')}`);
  for (let first = 0; first < parts.length; first++) {
    keys.push(`end ${parts.slice(first).join('/')}`);
    for (let end = first + 1; end < parts.length; end++) {
      const within = `${parts.slice(first, end).join('/')}/`;
      keys.push(`within ${within}`);
      if (first === 0 || (first === 1 && parts[0] === 'kernel')) keys.push(`from top /${within}`);
    }
  }
  return keys;
}

function matches(pattern: string, name: string): boolean {
  if (pattern.startsWith('/')) {
    if (fnmatch(`/kernel${pattern}`, `/${name}`) || fnmatch(pattern, `/${name}`)) return true;
  }
  if (pattern.includes('/') && fnmatch(`*/${pattern}`, `/${name}`)) return true;
  return fnmatch(pattern, name.slice(name.lastIndexOf('/') + 1));
}

function normalizePath(path: string): string {
  return path.replace(MODULE_SUFFIX, '').replaceAll('_', '-');
}

function normalizePattern(pattern: string): string {
  const dashed = normalizeDashes(pattern);
  return dashed.endsWith('/') ? `${dashed}*` : dashed;
}

function normalizeDashes(pattern: string): string {
  return replaceOutsideBrackets(pattern, '_', '-');
}
