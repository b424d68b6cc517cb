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
  return value
    .split(/\s+/)
    .filter((word) => word !== '' && !word.endsWith(':'))
    .map(normalizeModuleName);
}

/** Lines of `KEYWORD NAME WORDS`, as softdep and weakdep files have them. */
export function parseDependencyLines(
  text: string,
  keyword: 'softdep' | 'weakdep',
): Map<string, readonly string[]> {
  const result = new Map<string, readonly string[]>();
  for (const line of text.split('\n')) {
    const [, rawName, words] = /^(?:softdep|weakdep)\s+(\S+)\s+(.*)$/.exec(line) ?? [];
    if (rawName === undefined || words === undefined || !line.startsWith(keyword)) continue;
    const name = normalizeModuleName(rawName);
    result.set(name, [...new Set([...(result.get(name) ?? []), ...softdepWords(words)])]);
  }
  return result;
}
