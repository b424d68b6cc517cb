import { normalizeAlias, normalizeModuleName } from '../formats/module-name.ts';
import { encodeModulesBin, modulesBinHead, type IndexRow } from '../formats/modules-bin-writer.ts';
import type { PlannedModule } from '../model/plan.ts';

/** The lists of a kernel's directory that chosenIndexes() reads, by their names; texts of one character a byte. */
export const sourceIndexes = [
  'modules.dep',
  'modules.dep.bin',
  'modules.alias',
  'modules.symbols',
  'modules.softdep',
  'modules.weakdep',
  'modules.devname',
] as const;

/** Those that say nothing of modules: depmod makes the same of what is built in, whatever modules there are. */
export const builtinIndexes = ['modules.builtin.bin', 'modules.builtin.alias.bin'];

/**
 * What depmod would write for `modules` alone, taken out of what it has written for all modules of their kernel: reading
 * hundreds of compressed modules takes longer than all the rest. Undefined where that cannot be told from the lists.
 */
export function chosenIndexes(
  modules: readonly PlannedModule[],
  read: (name: (typeof sourceIndexes)[number]) => Buffer | undefined,
): ReadonlyMap<string, Buffer> | undefined {
  const text = (name: (typeof sourceIndexes)[number]) => read(name)?.toString('latin1');
  const [dep, alias, symbols] = [
    text('modules.dep'),
    text('modules.alias'),
    text('modules.symbols'),
  ];
  const head = read('modules.dep.bin')?.subarray(0, modulesBinHead.length);
  if (dep === undefined || alias === undefined || symbols === undefined) return undefined;
  if (head === undefined || !head.equals(modulesBinHead)) return undefined;

  const paths = new Map(modules.map(({ path, name }) => [path, name]));
  const names = new Set(modules.map(({ name }) => name));
  const records = chosenLines(dep, (start) => paths.has(dep.slice(start, dep.indexOf(':', start))));
  if (records.length !== paths.size) return undefined;
  // depmod's order, in which a module that comes first goes before others that answer to the same alias.
  const places = new Map<string, number>();
  const dependencies = records.map((line, priority): IndexRow => {
    const key = paths.get(line.slice(0, line.indexOf(':'))) ?? '';
    places.set(key, priority);
    return { key, value: line, priority };
  });
  const linesOf = (all: string) =>
    chosenLines(all, (_, end) => names.has(all.slice(all.lastIndexOf(' ', end) + 1, end)));
  const [aliases, symbolLines] = [linesOf(alias), linesOf(symbols)];
  const rowsOf = (lines: readonly string[]): readonly IndexRow[] =>
    lines.flatMap((line) => {
      if (line.startsWith('#')) return [];
      const last = line.lastIndexOf(' ');
      const value = line.slice(last + 1);
      const key = normalizeAlias(line.slice('alias '.length, last));
      return [{ key, value, priority: places.get(value) ?? 0 }];
    });
  const rows = [rowsOf(aliases), rowsOf(symbolLines)] as const;
  // The trie has no place for others.
  if (![...dependencies, ...rows.flat()].every(isAscii)) return undefined;

  const files = new Map<string, Buffer>([
    ['modules.dep', joined(records)],
    ['modules.dep.bin', encodeModulesBin(dependencies)],
    ['modules.alias', joined(aliases)],
    ['modules.alias.bin', encodeModulesBin(rows[0])],
    ['modules.symbols', joined(symbolLines)],
    ['modules.symbols.bin', encodeModulesBin(rows[1])],
  ]);
  for (const [name, place] of [
    ['modules.softdep', 1],
    ['modules.weakdep', 1],
    ['modules.devname', 0],
  ] as const) {
    const all = text(name);
    if (all === undefined) continue;
    const isChosen = (start: number, end: number) =>
      names.has(normalizeModuleName(all.slice(start, end).split(' ')[place] ?? ''));
    files.set(name, joined(chosenLines(all, isChosen)));
  }
  return files;
}

/** With the comments. `isChosen` gets where a line begins and ends: most are of no interest. */
function chosenLines(
  text: string,
  isChosen: (start: number, end: number) => boolean,
): readonly string[] {
  const lines: string[] = [];
  for (let start = 0, end = 0; start < text.length; start = end + 1) {
    end = text.indexOf('\n', start);
    if (end === -1) end = text.length;
    if (end === start || (text[start] !== '#' && !isChosen(start, end))) continue;
    lines.push(text.slice(start, end));
  }
  return lines;
}

function joined(lines: readonly string[]): Buffer {
  return Buffer.from(lines.map((line) => `${line}\n`).join(''), 'latin1');
}

function isAscii({ key, value }: IndexRow): boolean {
  return [key, value].every((text) => Buffer.byteLength(text) === text.length);
}
