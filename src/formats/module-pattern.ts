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
 * patterns are held against thousands of modules, so those without a wildcard are found by what a path is made of, and
 * what was found for a path is kept.
 */
export function indexPatterns(patterns: readonly string[]): (path: string) => number {
  const literal = new Map<string, number>();
  const wild: { readonly place: number; readonly pattern: string }[] = [];
  for (const [place, raw] of patterns.entries()) {
    const pattern = raw.startsWith('-') ? raw.slice(1) : raw;
    if (/[*?[]/.test(pattern)) wild.push({ place, pattern: normalizePattern(pattern) });
    else literal.set(keyOfPattern(normalizeDashes(pattern)), place);
  }
  const last = (keys: readonly string[]): number =>
    keys.reduce((found, key) => Math.max(found, literal.get(key) ?? -1), -1);
  const ofDirectory = kept((directory) => last(keysOfDirectory(directory)));
  return kept((path) => {
    const name = normalizePath(path);
    const directory = name.slice(0, name.lastIndexOf('/') + 1);
    const place = Math.max(last(keysOfFile(name)), ofDirectory(directory));
    const found = wild.findLast((each) => each.place < place || matches(each.pattern, name));
    return Math.max(place, found?.place ?? -1);
  });
}

function kept(find: (text: string) => number): (text: string) => number {
  const known = new Map<string, number>();
  return (text) => {
    const found = known.get(text) ?? find(text);
    known.set(text, found);
    return found;
  };
}

/** The form of a pattern and its words, so that no two forms have the same key. */
function keyOfPattern(pattern: string): string {
  const isTree = pattern.endsWith('/');
  if (pattern.startsWith('/')) return `${isTree ? 'from top' : 'whole'} ${pattern}`;
  if (!pattern.includes('/')) return `name ${pattern}`;
  return `${isTree ? 'within' : 'end'} ${pattern}`;
}

/** The keys of all patterns without a wildcard that match a path by its file. */
function keysOfFile(name: string): readonly string[] {
  const keys = [`name ${name.slice(name.lastIndexOf('/') + 1)}`, `whole /${name}`];
  if (name.startsWith('kernel/')) keys.push(`whole /${name.slice('kernel/'.length)}`);
  keys.push(`end ${name}`);
  for (let slash = name.indexOf('/'); slash !== -1; slash = name.indexOf('/', slash + 1)) {
    keys.push(`end ${name.slice(slash + 1)}`);
  }
  return keys;
}

/** The keys of those that match it by its directory, which ends in a slash or is empty. */
function keysOfDirectory(directory: string): readonly string[] {
  const parts = directory.split('/').slice(0, -1);
  const keys = ['from top /'];
  for (let first = 0; first < parts.length; first++) {
    for (let end = first + 1; end <= parts.length; end++) {
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
