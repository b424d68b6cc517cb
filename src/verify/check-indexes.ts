// Holds depmod's other indexes against modules.dep and each other: kmod reads the binary ones only, and what these do not have
// it does not find. modules.order is read by depmod alone.
import { parseBuiltinModinfo } from '../formats/modinfo.ts';
import { moduleName, normalizeModuleName } from '../formats/module-name.ts';
import { parseModulesAlias } from '../formats/modules-alias.ts';
import { parseModulesBin } from '../formats/modules-bin.ts';
import { parseModulesSoftdep } from '../formats/modules-softdep.ts';
import { BuildError } from '../model/errors.ts';
import type { ModuleAlias } from '../model/facts.ts';
import { keptBytes, type ImageFiles, type ModuleFacts } from './file-facts.ts';
import type { Finding, Report } from './report.ts';

export interface ModuleSet {
  /** In the image. */
  readonly directory: string;
  /** Path below the directory to what the module says of itself, undefined where it is compressed. */
  readonly present: ReadonlyMap<string, ModuleFacts | undefined>;
  /** Names. */
  readonly builtin: ReadonlySet<string>;
  /** Names of those without which the boot ends. */
  readonly needed: ReadonlySet<string>;
}

export function checkIndexes(files: ImageFiles, set: ModuleSet, report: Report): void {
  const names = new Set([...set.present.keys()].map(moduleName));
  const known = (name: string): boolean => names.has(name) || set.builtin.has(name);
  const tell = teller(set.directory, report);
  checkAliases();
  checkSymbols();
  checkBuiltin();
  checkNames('modules.softdep', (bytes) => [...parseModulesSoftdep(bytes.toString()).keys()]);
  checkNames('modules.devname', (bytes) => devices(bytes.toString()));

  function checkAliases(): void {
    const index = read('modules.alias.bin', 'error', parseModulesBin);
    if (index === undefined) {
      if (bytesOf('modules.alias.bin') !== undefined) return;
      const message = 'Missing "modules.alias.bin", without which no device gets its driver';
      return tell('error', 'modules.alias.bin', message);
    }
    const text = read('modules.alias', 'warning', (bytes) => parseModulesAlias(bytes.toString()));
    const own = [...set.present].flatMap(([path, facts]) =>
      (facts?.aliases ?? []).map((pattern) => ({ pattern, module: moduleName(path) })),
    );
    holdAgainst('modules.alias.bin', [...(text ?? []), ...own], index, set.needed);
    checkValues('modules.alias.bin', index);
  }

  function checkSymbols(): void {
    const text = read('modules.symbols', 'warning', (bytes) => parseModulesAlias(bytes.toString()));
    const index = read('modules.symbols.bin', 'warning', parseModulesBin);
    if (index !== undefined) checkValues('modules.symbols.bin', index);
    if (text === undefined) return;
    // The kernel asks by a symbol for what a driver may use and does without; modules name what they need in modules.dep.
    holdAgainst('modules.symbols.bin', text, index ?? new Map(), new Set());
  }

  function checkBuiltin(): void {
    const index = read('modules.builtin.bin', 'warning', parseModulesBin) ?? new Map();
    const lost = [...set.builtin].filter((name) => !index.has(name));
    if (lost.length > 0) {
      const message = `modules.builtin.bin does not have ${some(lost)}, so that modprobe fails for what is built in`;
      tell('warning', 'modules.builtin.bin', message);
    }
    const infos = read('modules.builtin.modinfo', 'warning', parseBuiltinModinfo);
    // The list has files, of which some are parts of others and have no name of their own.
    const strange = [...(infos?.keys() ?? [])].filter((name) => names.has(name));
    if (strange.length > 0) {
      const message = `modules.builtin.modinfo says that ${some(strange)} is built in, and it is a module`;
      tell('warning', 'modules.builtin.modinfo', message);
    }
  }

  /** Each alias has to be in the index that kmod reads; one finding tells of all that are not. */
  function holdAgainst(
    index: string,
    aliases: readonly ModuleAlias[],
    values: ReadonlyMap<string, readonly string[]>,
    needed: ReadonlySet<string>,
  ): void {
    const lost = aliases.filter(
      ({ pattern, module }) =>
        names.has(module) &&
        !(values.get(pattern)?.some((value) => normalizeModuleName(value) === module) ?? false),
    );
    const modules = [...new Set(lost.map(({ module }) => module))].sort();
    const ending = modules.filter((name) => needed.has(name));
    const [severity, told] =
      ending.length > 0 ? (['error', ending] as const) : (['warning', modules] as const);
    const [first] = lost.filter(({ module }) => told.includes(module));
    if (first === undefined) return;
    const message = `${index} does not have "${first.pattern}", by which ${some(told)} is asked for`;
    tell(severity, index, message);
  }

  function checkValues(name: string, index: ReadonlyMap<string, readonly string[]>): void {
    const values = new Set([...index.values()].flat().map(normalizeModuleName));
    const strange = [...values].filter((value) => !known(value)).sort();
    if (strange.length === 0) return;
    tell('warning', name, `${name} names ${some(strange)}, which is neither there nor built in`);
  }

  function checkNames(name: string, parse: (bytes: Buffer) => readonly string[]): void {
    const strange = (read(name, 'warning', parse) ?? []).filter((each) => !known(each));
    if (strange.length === 0) return;
    tell('warning', name, `${name} names ${some(strange)}, which is neither there nor built in`);
  }

  function read<T>(
    name: string,
    severity: Finding['severity'],
    parse: (bytes: Buffer) => T,
  ): T | undefined {
    const bytes = bytesOf(name);
    if (bytes === undefined) return undefined;
    try {
      return parse(bytes);
    } catch (caught) {
      if (!(caught instanceof BuildError)) throw caught;
      tell(severity, name, `Damaged file "${set.directory}/${name}": ${caught.message}`);
      return undefined;
    }
  }

  function bytesOf(name: string): Buffer | undefined {
    return keptBytes(files, `${set.directory}/${name}`);
  }
}

type Tell = (severity: Finding['severity'], name: string, message: string) => void;

function teller(directory: string, report: Report): Tell {
  const hint = 'Run depmod over the modules of the image';
  return (severity, name, message) =>
    report({ severity, check: 'modules', path: `${directory}/${name}`, message, hint });
}

/** modules.devname: `NAME DEVICE TYPE MAJOR:MINOR` (kmod, tools/static-nodes.c). */
function devices(text: string): readonly string[] {
  return text
    .split('\n')
    .filter((line) => line.trim() !== '' && !line.startsWith('#'))
    .map((line) => {
      const [, name] = /^(\S+) \S+ [bc]\d+:\d+$/.exec(line) ?? [];
      if (name === undefined) {
        throw new BuildError(`found "${line.slice(0, 80)}", wanted "NAME DEVICE cMAJOR:MINOR"`);
      }
      return normalizeModuleName(name);
    });
}

/** The first names, and how many more there are. */
function some(names: readonly string[]): string {
  const told = names.slice(0, 3).map((name) => `"${name}"`);
  const rest = names.length - told.length;
  return [...told, ...(rest > 0 ? [`${rest} more`] : [])].join(', ');
}
