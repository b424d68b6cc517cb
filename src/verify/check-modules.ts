// Checks that every module that is planned or named is there with all it needs, and that modprobe finds it.
import { moduleName, MODULE_SUFFIX } from '../formats/module-name.ts';
import { parseModulesBin } from '../formats/modules-bin.ts';
import { parseModulesBuiltin } from '../formats/modules-builtin.ts';
import { parseModulesDep } from '../formats/modules-dep.ts';
import { BuildError } from '../model/errors.ts';
import type { ModuleRecord } from '../model/facts.ts';
import type { RootNeed } from '../model/plan.ts';
import { checkBuilds } from './check-builds.ts';
import { checkIndexes } from './check-indexes.ts';
import { checkRootNeeds } from './check-storage.ts';
import { checkWishes } from './check-wishes.ts';
import { keptBytes, type ImageFiles, type ModuleFacts } from './file-facts.ts';
import type { Report } from './report.ts';

export interface ExpectedModules {
  readonly kernelVersion: string;
  /** Paths relative to the modules directory, with whatever compression suffix they had. */
  readonly modules: readonly string[];
  readonly rootNeeds?: readonly RootNeed[];
}

export function checkModules(overlay: ImageFiles, expect: ExpectedModules, report: Report): void {
  const { kernelVersion, modules: planned, rootNeeds = [] } = expect;
  const directory = modulesDirectory(overlay, kernelVersion);
  if (directory === undefined) {
    if (planned.length === 0) return;
    return report({
      severity: 'error',
      check: 'modules',
      path: `usr/lib/modules/${kernelVersion}`,
      message: `Cannot find modules of kernel ${kernelVersion}, ${planned.length} were planned`,
    });
  }
  const error = (path: string, message: string, hint?: string): void =>
    report({
      severity: 'error',
      check: 'modules',
      path: `${directory}/${path}`,
      message,
      ...(hint === undefined ? {} : { hint }),
    });
  const present = modulesBelow(overlay, directory);
  const stems = new Set([...present.keys()].map(withoutSuffix));
  for (const path of planned) {
    if (!stems.has(withoutSuffix(path))) error(path, `Missing planned module "${path}"`);
  }
  const records = attempt(error, 'modules.dep', (bytes) => parseModulesDep(bytes.toString()));
  if (records !== undefined) {
    checkRecords(records, present, error);
    const index = attempt(error, 'modules.dep.bin', parseModulesBin);
    if (index !== undefined) checkIndex(records, index, error);
  }
  const builtin = builtinModules();
  const needed = neededModules(rootNeeds, records ?? new Map());
  const set = { directory, present, builtin, needed };
  checkIndexes(overlay, set, report);
  checkBuilds(set, kernelVersion, report);
  checkDepends(present, builtin, error);
  checkRootNeeds(rootNeeds, present.keys(), builtin, report);
  checkWishes(overlay, directory, new Set([...present.keys()].map(moduleName)), builtin, report);

  function attempt<T>(
    complain: Complain,
    name: string,
    parse: (bytes: Buffer) => T,
  ): T | undefined {
    const bytes = keptBytes(overlay, `${directory}/${name}`);
    if (bytes === undefined) {
      complain(name, `Missing "${name}", without which modprobe finds no module`, DEPMOD_HINT);
      return undefined;
    }
    try {
      return parse(bytes);
    } catch (caught) {
      if (!(caught instanceof BuildError)) throw caught;
      complain(name, caught.message, DEPMOD_HINT);
      return undefined;
    }
  }

  function builtinModules(): ReadonlySet<string> {
    const bytes = keptBytes(overlay, `${directory}/modules.builtin`);
    return parseModulesBuiltin(bytes?.toString() ?? '');
  }
}

type Complain = (path: string, message: string, hint?: string) => void;

const DEPMOD_HINT = 'Run depmod over the modules of the image';

/** modprobe looks in /lib/modules, on some distributions in /usr/lib/modules; links make them one. */
function modulesDirectory(overlay: ImageFiles, kernelVersion: string): string | undefined {
  for (const parent of ['/lib/modules', '/usr/lib/modules']) {
    const found = overlay.lookup(`${parent}/${kernelVersion}`);
    if (found.type === 'found' && found.node.type === 'directory') return found.path;
  }
  return undefined;
}

/** Path below the directory to what the module says of itself, undefined where the module is compressed. */
function modulesBelow(
  overlay: ImageFiles,
  directory: string,
): Map<string, ModuleFacts | undefined> {
  const modules = new Map<string, ModuleFacts | undefined>();
  for (const [path] of overlay.entries()) {
    if (!path.startsWith(`${directory}/`) || !MODULE_SUFFIX.test(path)) continue;
    const found = overlay.lookup(path);
    if (found.type !== 'found' || found.node.type !== 'file') continue;
    const { facts } = found.node;
    const own = facts.type === 'module' ? facts.facts : undefined;
    modules.set(path.slice(directory.length + 1), own);
  }
  return modules;
}

/** Names of the modules under what the boot waits for, with all that they depend on. */
function neededModules(
  rootNeeds: readonly RootNeed[],
  records: ReadonlyMap<string, ModuleRecord>,
): ReadonlySet<string> {
  const wanted = new Set(rootNeeds.filter(({ strict }) => strict).flatMap(({ anyOf }) => anyOf));
  const all = [...records.values()].filter(({ name }) => wanted.has(name));
  return new Set(all.flatMap(({ name, dependencies }) => [name, ...dependencies.map(moduleName)]));
}

function checkRecords(
  records: ReadonlyMap<string, ModuleRecord>,
  present: ReadonlyMap<string, unknown>,
  error: Complain,
): void {
  for (const { path, dependencies } of records.values()) {
    if (!present.has(path)) {
      error(path, `modules.dep names "${path}", which is missing`, DEPMOD_HINT);
      continue;
    }
    for (const dependency of dependencies) {
      if (present.has(dependency)) continue;
      error(path, `Module "${path}" needs "${dependency}", which is missing`);
    }
  }
  for (const path of present.keys()) {
    if (!records.has(path)) {
      error(path, `Module "${path}" is not in modules.dep, modprobe will not find it`, DEPMOD_HINT);
    }
  }
}

/** The values of modules.dep.bin are the lines of modules.dep. */
function checkIndex(
  records: ReadonlyMap<string, ModuleRecord>,
  index: ReadonlyMap<string, readonly string[]>,
  error: Complain,
): void {
  for (const { name, path, dependencies } of records.values()) {
    const line = [`${path}:`, ...dependencies].join(' ');
    const values = index.get(name) ?? [];
    if (values.some((value) => value.trim() === line)) continue;
    error(
      'modules.dep.bin',
      `modules.dep.bin says "${values[0] ?? ''}" of module "${name}", modules.dep says "${line}"`,
      DEPMOD_HINT,
    );
  }
  const names = new Set([...records.values()].map(({ name }) => name));
  for (const name of index.keys()) {
    if (names.has(name)) continue;
    error(
      'modules.dep.bin',
      `modules.dep.bin has module "${name}", modules.dep has not`,
      DEPMOD_HINT,
    );
  }
}

/** The dependencies that a module itself names; a stale modules.dep can be consistent and wrong. */
function checkDepends(
  present: ReadonlyMap<string, ModuleFacts | undefined>,
  builtin: ReadonlySet<string>,
  error: Complain,
): void {
  const names = new Set([...present.keys()].map(moduleName));
  for (const [path, info] of present) {
    for (const name of info?.depends ?? []) {
      if (names.has(name) || builtin.has(name)) continue;
      error(path, `Module "${path}" depends on "${name}", which is neither there nor built in`);
    }
  }
}

function withoutSuffix(path: string): string {
  return path.replace(MODULE_SUFFIX, '');
}
