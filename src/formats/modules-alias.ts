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
  // Neither a regular expression nor a list of lines: a kernel has 40,000 of them.
  for (let start = 0, end = 0; start < text.length; start = end + 1) {
    end = text.indexOf('\n', start);
    if (end === -1) end = text.length;
    const line = text.slice(start, end).trim();
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
 * Aliases by their bus and by what stands before their first wildcard: a device is then held against a few dozen patterns
 * instead of all 27,000 of a kernel. The same list is indexed once.
 */
export function indexAliases(aliases: readonly ModuleAlias[]): AliasLookup {
  const found = indexed.get(aliases) ?? makeIndex(aliases);
  indexed.set(aliases, found);
  return found;
}

const indexed = new WeakMap<readonly ModuleAlias[], AliasLookup>();

function makeIndex(aliases: readonly ModuleAlias[]): AliasLookup {
  const exact = new Map<string, Placed[]>();
  const wild = new Map<string, Bus>();
  for (const [position, { pattern, module }] of aliases.entries()) {
    const placed = { position, module, pattern };
    const end = pattern.search(/[*?[]/);
    if (end === -1) {
      add(exact, pattern, placed);
      continue;
    }
    const prefix = pattern.slice(0, end);
    const name = busOf(prefix);
    const bus: Bus = wild.get(name) ?? { byPrefix: new Map(), lengths: [] };
    wild.set(name, bus);
    add(bus.byPrefix, prefix, placed);
    if (!bus.lengths.includes(end)) bus.lengths.push(end);
  }
  return (alias) => {
    if (alias.length > MODALIAS_MAX) return [];
    const wanted = normalizeAlias(alias);
    const found = [...(exact.get(wanted) ?? [])];
    for (const name of new Set(['', busOf(wanted)])) {
      const bus = wild.get(name);
      for (const length of bus?.lengths ?? []) {
        if (length > wanted.length) continue;
        for (const placed of bus?.byPrefix.get(wanted.slice(0, length)) ?? []) {
          if (fnmatch(placed.pattern, wanted)) found.push(placed);
        }
      }
    }
    found.sort((a, b) => a.position - b.position);
    return [...new Set(found.map(({ module }) => module))];
  };
}

/** `pci:`, `of:`; empty for an alias that names none before its first wildcard. */
function busOf(text: string): string {
  return text.slice(0, text.indexOf(':') + 1);
}

function add(to: Map<string, Placed[]>, key: string, placed: Placed): void {
  const others = to.get(key);
  if (others === undefined) to.set(key, [placed]);
  else others.push(placed);
}

/** The kernel gives a device's in one page of memory (linux/sysfs.h). */
const MODALIAS_MAX = 4096;

interface Placed {
  readonly position: number;
  readonly module: string;
  readonly pattern: string;
}

/** The patterns with wildcards of one bus. */
interface Bus {
  readonly byPrefix: Map<string, Placed[]>;
  /** Of the prefixes. */
  readonly lengths: number[];
}
