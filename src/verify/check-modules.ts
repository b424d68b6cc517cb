// Checks that every module that is planned or named is there with all it needs, and that modprobe finds it.
import { moduleName, MODULE_SUFFIX } from '../formats/module-name.ts';
import { parseModulesBuiltin } from '../formats/modules-builtin.ts';
import type { ModuleRecord } from '../model/facts.ts';
import type { RootNeed } from '../model/plan.ts';
import { checkBuilds } from './check-builds.ts';
import { checkDependencies } from './check-dependencies.ts';
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
  const found = overlay.lookup(`/lib/modules/${kernelVersion}`);
  if (found.type !== 'found' || found.node.type !== 'directory') {
    if (planned.length === 0) return;
    return report({
      severity: 'error',
      check: 'modules',
      path: `usr/lib/modules/${kernelVersion}`,
      message: `Cannot find modules of kernel ${kernelVersion} below "/lib/modules", where modprobe looks; ${planned.length} were planned`,
    });
  }
  const directory = found.path;
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
  const records = checkDependencies(overlay, directory, present, report);
  const builtin = builtinModules();
  const needed = neededModules(rootNeeds, records);
  const set = { directory, present, builtin, needed };
  checkIndexes(overlay, set, report);
  checkBuilds(set, kernelVersion, report);
  checkDepends(present, builtin, error);
  checkRootNeeds(rootNeeds, present.keys(), builtin, report);
  checkWishes(overlay, directory, new Set([...present.keys()].map(moduleName)), builtin, report);

  function builtinModules(): ReadonlySet<string> {
    const bytes = keptBytes(overlay, `${directory}/modules.builtin`);
    return parseModulesBuiltin(bytes?.toString() ?? '');
  }
}

type Complain = (path: string, message: string, hint?: string) => void;

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

/** The dependencies that a module itself names; a stale index can be consistent and wrong. */
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
