// modules.alias: `alias PATTERN MODULE` (modprobe.d(5)), matched with fnmatch(3) against a device's modalias.
// modules.symbols has the same form: `alias symbol:NAME MODULE`.
import { fnmatch } from './fnmatch.ts';
import { normalizeAlias, normalizeModuleName } from './module-name.ts';

export interface ModuleAlias {
  /** With `_` for `-` outside of brackets. */
  readonly pattern: string;
  readonly module: string;
}

/** Patterns may hold blanks, module names cannot: a line is split at its last blank. */
export function parseModulesAlias(text: string): ModuleAlias[] {
  const aliases: ModuleAlias[] = [];
  // No regular expression: a kernel has 40,000 lines.
  for (const raw of text.split('\n')) {
    const line = raw.trim();
    if (!line.startsWith('alias') || !isBlank(line[5])) continue;
    const rest = line.slice('alias '.length).trimStart();
    const last = Math.max(rest.lastIndexOf(' '), rest.lastIndexOf('\t'));
    if (last === -1) continue;
    const pattern = rest.slice(0, last).trimEnd();
    aliases.push({
      pattern: pattern.includes('-') ? normalizeAlias(pattern) : pattern,
      module: normalizeModuleName(rest.slice(last + 1)),
    });
  }
  return aliases;
}

function isBlank(character: string | undefined): boolean {
  return character === ' ' || character === '\t';
}

/** Every module that answers to a modalias or name, in the order of the index, without repeats. */
export type AliasLookup = (alias: string) => readonly string[];

/**
 * Aliases by what stands before their first wildcard: a device is then held against a few dozen patterns
 * instead of all 27,000 of a kernel.
 */
export function indexAliases(aliases: readonly ModuleAlias[]): AliasLookup {
  const byPrefix = new Map<string, Placed[]>();
  const lengths = new Set<number>();
  for (const [position, { pattern, module }] of aliases.entries()) {
    const wild = pattern.search(/[*?[]/);
    const prefix = wild === -1 ? pattern : pattern.slice(0, wild);
    lengths.add(prefix.length);
    const placed = { position, module, pattern: wild === -1 ? undefined : pattern };
    const others = byPrefix.get(prefix);
    if (others === undefined) byPrefix.set(prefix, [placed]);
    else others.push(placed);
  }
  const ascending = [...lengths].sort((a, b) => a - b);
  return (alias) => {
    if (alias.length > MODALIAS_MAX) return [];
    const wanted = normalizeAlias(alias);
    const found: Placed[] = [];
    for (const length of ascending) {
      if (length > wanted.length) break;
      for (const placed of byPrefix.get(wanted.slice(0, length)) ?? []) {
        const { pattern } = placed;
        if (pattern === undefined ? length === wanted.length : fnmatch(pattern, wanted)) {
          found.push(placed);
        }
      }
    }
    found.sort((a, b) => a.position - b.position);
    return [...new Set(found.map(({ module }) => module))];
  };
}

/** The kernel gives a device's in one page of memory (linux/sysfs.h). */
const MODALIAS_MAX = 4096;

interface Placed {
  readonly position: number;
  readonly module: string;
  /** undefined: the prefix is the whole alias. */
  readonly pattern: string | undefined;
}
