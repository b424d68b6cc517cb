import { matchesHostPath } from '../formats/host-path.ts';
import { fnmatch } from '../formats/fnmatch.ts';
import type { ContentEntry } from '../model/contents.ts';

export interface Selection {
  readonly entries: readonly ContentEntry[];
  /** Patterns that nothing matches. */
  readonly unmatched: readonly string[];
}

/**
 * The entries that a path or a shell pattern names, with all that lies below them. A name without a slash is looked for in
 * every directory. All entries where there is no pattern.
 */
export function selectEntries(
  entries: readonly ContentEntry[],
  patterns: readonly string[],
): Selection {
  if (patterns.length === 0) return { entries, unmatched: [] };
  const seen = new Set<string>();
  const chosen = entries.filter(({ path }) => {
    const hits = patterns.filter((pattern) => matches(pattern, path));
    for (const pattern of hits) seen.add(pattern);
    return hits.length > 0;
  });
  return { entries: chosen, unmatched: patterns.filter((pattern) => !seen.has(pattern)) };
}

function matches(pattern: string, path: string): boolean {
  if (!pattern.includes('/')) return path.split('/').some((part) => fnmatch(pattern, part));
  const relative = pattern.replace(/^(?:\.?\/)+/, '');
  if (relative === '') return true;
  // /lib and its like are links into /usr in most images.
  return matchesHostPath(relative, path) || matchesHostPath(`usr/${relative}`, path);
}
