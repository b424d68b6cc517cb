import { fnmatch } from '../formats/fnmatch.ts';
import type { Config } from '../model/config.ts';
import type { HostFacts, ModuleIndex, ModuleRecord } from '../model/facts.ts';
import type { ModulePlan, PlannedModule, Reasoned } from '../model/plan.ts';
import { deciding, moduleRules, type Rule } from './patterns.ts';

/**
 * The modules of the image: what the host has loaded and what KernelModules= names, with everything that those need.
 * A hard dependency always comes along; a soft or weak one unless a pattern excludes it.
 */
export function selectModules(config: Config, facts: HostFacts): ModulePlan {
  const index = facts.kernel.modules;
  const rules = moduleRules(config, facts.loadedModules);
  const byName = recordsByName(index);
  const resolveAlias = aliasResolver(index);
  const chosen = new Map<string, PlannedModule>();
  const pending: ModuleRecord[] = [];

  const take = (record: ModuleRecord, from: string): void => {
    if (chosen.has(record.path)) return;
    chosen.set(record.path, { name: record.name, path: record.path, from });
    pending.push(record);
  };
  const isExcluded = (record: ModuleRecord): boolean =>
    deciding(rules, record.path, record.name)?.exclude ?? false;

  for (const record of byName.values()) {
    const rule = deciding(rules, record.path, record.name);
    if (rule !== undefined && !rule.exclude) take(record, rule.from);
  }
  for (let record = pending.pop(); record !== undefined; record = pending.pop()) {
    for (const path of record.dependencies) {
      const needed = index.paths.get(path);
      if (needed !== undefined) take(needed, `needed by ${record.name}`);
    }
    for (const kind of ['softdeps', 'weakdeps'] as const) {
      for (const word of index[kind].get(record.name) ?? []) {
        for (const name of [word, ...resolveAlias(word)]) {
          const wanted = byName.get(name.replaceAll('-', '_'));
          if (wanted === undefined || isExcluded(wanted)) continue;
          take(wanted, `${kind === 'softdeps' ? 'soft' : 'weak'} dependency of ${record.name}`);
        }
      }
    }
  }
  return {
    directory: facts.kernel.modulesDirectory,
    files: [...chosen.values()].sort((a, b) => (a.path < b.path ? -1 : 1)),
    missing: missing(rules, facts, byName),
  };
}

// depmod lists a module once, whichever of updates/, extra/ and kernel/ has it; the first record stands.
function recordsByName(index: ModuleIndex): ReadonlyMap<string, ModuleRecord> {
  const records = new Map<string, ModuleRecord>();
  for (const record of index.paths.values()) {
    if (!records.has(record.name)) records.set(record.name, record);
  }
  return records;
}

// Soft dependencies often name an alias (crypto-crc32c); those with wildcards are few and looked at only then.
function aliasResolver(index: ModuleIndex): (word: string) => readonly string[] {
  const exact = new Map<string, string[]>();
  const wild: { readonly pattern: string; readonly module: string }[] = [];
  for (const { pattern, module } of index.aliases) {
    if (/[*?[]/.test(pattern)) {
      if (!pattern.includes(':')) wild.push({ pattern, module });
      continue;
    }
    const known = exact.get(pattern);
    if (known === undefined) exact.set(pattern, [module]);
    else known.push(module);
  }
  return (rawWord) => {
    const word = rawWord.replaceAll('-', '_');
    return [
      ...(exact.get(word) ?? []),
      ...wild.filter(({ pattern }) => fnmatch(pattern, word)).map(({ module }) => module),
    ];
  };
}

function missing(
  rules: readonly Rule[],
  facts: HostFacts,
  byName: ReadonlyMap<string, ModuleRecord>,
): readonly Reasoned[] {
  const { builtin } = facts.kernel.modules;
  const asked = new Map<string, string>();
  for (const name of facts.loadedModules) asked.set(name, 'loaded on the host');
  for (const rule of rules) if (rule.literal !== undefined) asked.set(rule.literal, rule.from);
  return [...asked]
    .filter(([name]) => !byName.has(name) && !builtin.has(name))
    .map(([value, from]) => ({ value, from }))
    .sort((a, b) => (a.value < b.value ? -1 : 1));
}
