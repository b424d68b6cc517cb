import type { AliasLookup } from '../formats/modules-alias.ts';
import { indexPatterns } from '../formats/module-pattern.ts';
import type { Config } from '../model/config.ts';
import type { HostFacts, ModuleRecord } from '../model/facts.ts';
import type { LeftOutModule } from '../model/plan.ts';
import type { Reason } from '../model/reason.ts';
import { isEarlyModule } from './early.ts';
import type { ModprobeRules } from './modprobe.ts';
import { renamedModules } from './renamed-modules.ts';
import { storageWants } from './storage/wants.ts';

export interface HostModules {
  /** Name to why it is wanted, the strongest reason where there are several. */
  readonly wanted: ReadonlyMap<string, Reason>;
  /** Names without a counterpart in the kernel that is built for, and why they were wanted. */
  readonly missing: ReadonlyMap<string, Reason>;
  /** Names of what HostModules= excludes, by what pattern, and of what modprobe.d(5) keeps from being loaded, by what line. */
  readonly refused: ReadonlyMap<string, LeftOutModule>;
}

/** Modules of the target kernel that this host asks for: under its root, for its devices, loaded, or built in where it runs. */
export function hostModules(
  config: Config,
  facts: HostFacts,
  byName: ReadonlyMap<string, ModuleRecord>,
  find: AliasLookup,
  modprobe: ModprobeRules,
): HostModules {
  const { builtin } = facts.kernel.modules;
  const wanted = new Map<string, Reason>();
  const missing = new Map<string, Reason>();
  const refused = new Map<string, LeftOutModule>();
  const placeInPolicy = indexPatterns(config.hostModules.map(({ value }) => value));
  const note = (name: string, from: Reason): void => {
    if (byName.has(name) && !wanted.has(name)) wanted.set(name, from);
  };
  const noteIfFit = (name: string, from: Reason): void => {
    const record = byName.get(name);
    if (record === undefined || wanted.has(name)) return;
    const word = config.hostModules[placeInPolicy(record.path)];
    if (word?.value.startsWith('-') !== true) wanted.set(name, from);
    else if (!refused.has(name)) {
      const by = { type: 'pattern', at: word.from, word: word.value } as const;
      refused.set(name, { name, wanted: from, by });
    }
  };

  // Under / nothing is filtered: whatever it is, the boot needs it.
  for (const { name, from } of storageWants(facts.storage)) {
    for (const each of counterparts(name, byName, find)) note(each, from);
  }
  for (const { bus, name, modalias } of facts.devices) {
    if (modalias === null) continue;
    for (const { module, from } of modprobe.targetsOf(modalias)) noteIfFit(module, from);
    const from = { type: 'device', bus, name, modalias } as const;
    for (const module of find(modalias)) {
      const by = modprobe.blacklistOf(module) ?? modprobe.refusalOf(module);
      if (by === undefined) noteIfFit(module, from);
      else if (byName.has(module)) refused.set(module, { name: module, wanted: from, by });
    }
  }
  for (const name of facts.loadedModules) {
    const found = counterparts(name, byName, find);
    const from = { type: 'loaded', as: byName.has(name) ? null : name } as const;
    for (const each of found) noteIfFit(each, from);
    if (found.length === 0 && !builtin.has(name)) missing.set(name, { type: 'loaded', as: null });
  }
  for (const { name, isOfInitrd, from } of facts.modulesLoad) {
    // systemd-modules-load passes over what is blacklisted.
    if (modprobe.blacklistOf(name) !== undefined) continue;
    const found = counterparts(name, byName, find);
    for (const each of found) {
      if (isOfInitrd) note(each, from);
      else if (isEarlyModule(byName.get(each)?.path ?? '')) noteIfFit(each, from);
    }
    if (isOfInitrd && found.length === 0 && !builtin.has(name)) missing.set(name, from);
  }
  for (const name of facts.builtinInUse) {
    for (const each of counterparts(name, byName, find)) {
      noteIfFit(each, { type: 'built in' });
    }
  }
  return { wanted, missing, refused };
}

/** The module of that name; else those that have the name as an alias; else those that it was renamed to. */
function counterparts(
  name: string,
  byName: ReadonlyMap<string, ModuleRecord>,
  find: AliasLookup,
): readonly string[] {
  if (byName.has(name)) return [name];
  const aliased = find(name);
  if (aliased.length > 0) return aliased;
  return renamedModules.flatMap((names) =>
    names.includes(name) ? names.filter((other) => byName.has(other)) : [],
  );
}
