import { indexAliases } from '../formats/modules-alias.ts';
import type { Config } from '../model/config.ts';
import { UsageError } from '../model/errors.ts';
import type { HostFacts, ModuleIndex, ModuleRecord } from '../model/facts.ts';
import type { LeftOutModule, ModulePlan, PlannedModule, Reasoned } from '../model/plan.ts';
import { describeReason, type Reason } from '../model/reason.ts';
import { hostModules, type HostModules } from './host-modules.ts';
import { modprobeRules } from './modprobe.ts';
import { moduleRules, type PatternRule, type Rule } from './patterns.ts';
import { rootNeeds } from './storage/root-needs.ts';

/**
 * The modules of the image: what the host asks for and what KernelModules= names, with everything that those need.
 * Soft and weak dependencies, also those of the host's modprobe.d(5), come along unless a pattern excludes them or what they
 * need.
 * @throws UsageError where a pattern of the user's excludes what a chosen module cannot do without
 */
export function selectModules(config: Config, facts: HostFacts): ModulePlan {
  const index = facts.kernel.modules;
  const modprobe = modprobeRules(facts.modprobe);
  const ofKernel = indexAliases(index.aliases);
  const find = (word: string): readonly string[] => [
    ...modprobe.targetsOf(word).map(({ module }) => module),
    ...ofKernel(word),
  ];
  const byName = recordsByName(index);
  const host = hostModules(config, facts, byName, find, modprobe);
  const rules = moduleRules(config, host.wanted);
  const chosen = new Map<string, PlannedModule>();
  const pending: Pending[] = [];

  const take = (record: ModuleRecord, from: Reason, position: number): void => {
    if (chosen.has(record.path)) return;
    chosen.set(record.path, { name: record.name, path: record.path, from });
    pending.push({ record, position });
  };
  const exclusion = (record: ModuleRecord): Exclusion | undefined => {
    const place = rules.placeOfLast(record.path, record.name);
    const rule = rules.all[place];
    return rule?.type === 'pattern' && rule.exclude ? { rule, place } : undefined;
  };
  const takeWished = (word: string, from: Reason, position: number): void => {
    for (const name of [word, ...find(word)]) {
      const wished = byName.get(name.replaceAll('-', '_'));
      if (wished === undefined) continue;
      const all = [wished, ...needs(index, wished)];
      if (all.every((record) => exclusion(record) === undefined)) take(wished, from, position);
    }
  };

  for (const record of byName.values()) {
    const place = rules.placeOfLast(record.path, record.name);
    const rule = rules.all[place];
    if (rule === undefined || (rule.type === 'pattern' && rule.exclude)) continue;
    // The host's own reason says more than that some list has it, too.
    const from =
      host.wanted.get(record.name) ?? (rule.type === 'pattern' ? rule.reason : undefined);
    if (from !== undefined) take(record, from, place);
  }
  for (const [name, info] of index.builtinInfo) {
    for (const word of [...info.softdeps, ...info.weakdeps]) {
      takeWished(word, { type: 'soft dependency', module: name, isBuiltin: true }, 0);
    }
  }
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const { record, position } = next;
    for (const needed of needs(index, record)) {
      const excluded = exclusion(needed);
      // A later pattern wins, so that "-/drivers/ata/ ahci" leaves ahci and what it needs.
      if (excluded?.rule.vendor === false && excluded.place > position) {
        throw contradiction(needed, excluded.rule, record, chosen.get(record.path));
      }
      take(needed, { type: 'needed by', module: record.name }, position);
    }
    for (const word of index.softdeps.get(record.name) ?? []) {
      takeWished(
        word,
        { type: 'soft dependency', module: record.name, isBuiltin: false },
        position,
      );
    }
    for (const [word, from] of modprobe.softdepsOf(record.name)) {
      takeWished(word, from, position);
    }
    for (const word of index.weakdeps.get(record.name) ?? []) {
      takeWished(
        word,
        { type: 'weak dependency', module: record.name, isBuiltin: false },
        position,
      );
    }
  }
  return {
    directory: facts.kernel.modulesDirectory,
    files: [...chosen.values()].sort((a, b) => (a.path < b.path ? -1 : 1)),
    missing: missing(rules.all, host.missing, byName, index.builtin),
    leftOut: leftOut(host, chosen, byName, exclusion),
    rootNeeds: rootNeeds(facts),
  };
}

interface Exclusion {
  readonly rule: PatternRule;
  readonly place: number;
}

interface Pending {
  readonly record: ModuleRecord;
  /** The place among all rules of the one that took it, or that took the module which needs it. */
  readonly position: number;
}

// depmod lists a module once, from the first of these that has it; an index put together by hand may have it twice.
const precedence = ['updates', 'extra', 'kernel', 'weak-updates'];

function recordsByName(index: ModuleIndex): ReadonlyMap<string, ModuleRecord> {
  const rank = ({ path }: ModuleRecord): number => {
    const found = precedence.indexOf(path.slice(0, path.indexOf('/')));
    return found === -1 ? precedence.indexOf('kernel') : found;
  };
  const records = new Map<string, ModuleRecord>();
  for (const record of index.paths.values()) {
    const other = records.get(record.name);
    if (other === undefined || rank(record) < rank(other)) records.set(record.name, record);
  }
  return records;
}

function needs(index: ModuleIndex, record: ModuleRecord): readonly ModuleRecord[] {
  return record.dependencies.flatMap((path) => index.paths.get(path) ?? []);
}

function contradiction(
  needed: ModuleRecord,
  rule: PatternRule,
  user: ModuleRecord,
  planned: PlannedModule | undefined,
): UsageError {
  return new UsageError(
    `${describeReason(rule.reason)}: Cannot leave out "${needed.name}": "${user.name}" needs it, ` +
      `which is taken for: ${planned === undefined ? 'the host' : describeReason(planned.from)}`,
    `Exclude "${user.name}" as well, or keep "${needed.name}"`,
  );
}

function leftOut(
  { wanted, refused }: HostModules,
  chosen: ReadonlyMap<string, PlannedModule>,
  byName: ReadonlyMap<string, ModuleRecord>,
  exclusion: (record: ModuleRecord) => Exclusion | undefined,
): readonly LeftOutModule[] {
  const excluded = [...wanted].flatMap(([name, from]) => {
    const record = byName.get(name);
    const excluded = record && exclusion(record);
    return excluded === undefined ? [] : [{ name, wanted: from, by: excluded.rule.reason }];
  });
  const taken = new Set([...chosen.values()].map(({ name }) => name));
  return [...excluded, ...refused.values()]
    .filter(({ name }) => !taken.has(name))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

function missing(
  rules: readonly Rule[],
  ofHost: ReadonlyMap<string, Reason>,
  byName: ReadonlyMap<string, ModuleRecord>,
  builtin: ReadonlySet<string>,
): readonly Reasoned[] {
  const asked = new Map(ofHost);
  for (const rule of rules) {
    if (rule.type === 'pattern' && rule.literal !== undefined) {
      asked.set(rule.literal, rule.reason);
    }
  }
  return [...asked]
    .filter(([name]) => !byName.has(name) && !builtin.has(name))
    .map(([value, from]) => ({ value, from }))
    .sort((a, b) => (a.value < b.value ? -1 : 1));
}
