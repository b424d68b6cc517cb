// modules.softdep: `softdep NAME pre: A B post: C` (modprobe.d(5)).
import { normalizeModuleName } from './module-name.ts';

/** Module to the modules it would like to have, in their order, without repeats; names with `_` for `-`. */
export function parseModulesSoftdep(text: string): Map<string, readonly string[]> {
  return parseDependencyLines(text, 'softdep');
}

/**
 * The names in a soft dependency. kmod passes over words before the first `pre:` or `post:`; they are
 * taken here, because drivers say `softdep: gcm` and mean it, and one module too many does no harm.
 */
export function softdepWords(value: string): string[] {
  return moduleNames(value.split(/\s+/));
}

function moduleNames(words: readonly string[]): string[] {
  return words.filter((word) => word !== '' && !word.endsWith(':')).map(normalizeModuleName);
}

/** Lines of `KEYWORD NAME WORDS`, as softdep and weakdep files have them. */
export function parseDependencyLines(
  text: string,
  keyword: 'softdep' | 'weakdep',
): Map<string, readonly string[]> {
  // A module may have a line for each of thousands of others, so what it has is added to and never copied.
  const found = new Map<string, Set<string>>();
  for (const line of text.split('\n')) {
    if (!line.startsWith(keyword)) continue;
    const [first, rawName, ...words] = line.trimEnd().split(/\s+/);
    if (first !== keyword || rawName === undefined || words.length === 0) continue;
    const name = normalizeModuleName(rawName);
    const own = found.get(name) ?? new Set();
    found.set(name, own);
    for (const word of moduleNames(words)) own.add(word);
  }
  return new Map([...found].map(([name, words]) => [name, [...words]]));
}
