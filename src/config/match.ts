import type { MatchFacts } from '../model/config.ts';
import { UsageError } from '../model/errors.ts';
import type { DropInAssignment, DropInSection } from '../formats/drop-in.ts';
import { nearestName } from '../formats/nearest-name.ts';
import { parseBoolean } from './boolean.ts';
import { matchesVersion } from './match-version.ts';

/** The facts that conditions are compared with: the host, and what is decided about the build so far. */
export interface MatchContext {
  readonly facts: MatchFacts;
  readonly generic: boolean;
  readonly profiles: readonly string[];
  readonly format: string;
  /** True where a path is there, seen from the host root. */
  readonly exists: (path: string) => boolean;
}

export const matchSections = ['Match', 'TriggerMatch', 'Assert', 'TriggerAssert'] as const;

/**
 * mkosi's rule: every [Match] section must hold, and one of the [TriggerMatch] sections where there are any.
 * Inside a section every plain condition must hold, and one of those with `|` where there are any.
 */
export function fileMatches(
  sections: readonly DropInSection[],
  file: string,
  context: MatchContext,
): boolean {
  const holds = (section: DropInSection): boolean => sectionHolds(section, file, context);
  const named = (name: string): DropInSection[] =>
    sections.filter((section) => section.name === name);
  const any = (triggers: DropInSection[]): boolean => triggers.length === 0 || triggers.some(holds);
  if (!named('Match').every(holds) || !any(named('TriggerMatch'))) return false;
  const failed = named('Assert').find((section) => !holds(section));
  if (failed) throw new UsageError(`${file}:${failed.line}: Cannot use this file: [Assert] fails`);
  if (!any(named('TriggerAssert'))) {
    throw new UsageError(`${file}: Cannot use this file: no [TriggerAssert] section holds`);
  }
  return true;
}

/** Checks that every condition is one we know, so that a misspelt one is found on every host. */
export function checkConditions(section: DropInSection, file: string): void {
  for (const { key, line } of section.assignments) {
    if (Object.hasOwn(conditions, key) || unanswerable.has(key)) continue;
    const near = nearestName(key, Object.keys(conditions));
    throw new UsageError(
      `${file}:${line}: Cannot use "${key}=" in [${section.name}]: unknown condition`,
      near ? `Did you mean "${near}="?` : `Known are ${Object.keys(conditions).join(', ')}`,
    );
  }
}

/** Conditions of mkosi's about things that an initrd build does not have: these are not set. */
export const unanswerable: ReadonlySet<string> = new Set([
  'BuildSources',
  'Environment',
  'Image',
  'ImageId',
  'ImageVersion',
  'Repositories',
  'ToolsTreeDistribution',
  'ToolsTreeRelease',
]);

function sectionHolds(section: DropInSection, file: string, context: MatchContext): boolean {
  const results = section.assignments.map((assignment) => evaluate(assignment, file, context));
  const triggers = results.filter((result) => result.trigger);
  return (
    results.every((result) => result.trigger || result.holds) &&
    (triggers.length === 0 || triggers.some((result) => result.holds))
  );
}

function evaluate(
  { key, value, line }: DropInAssignment,
  file: string,
  context: MatchContext,
): { trigger: boolean; holds: boolean } {
  const trigger = value.startsWith('|');
  const untriggered = trigger ? value.slice(1) : value;
  // `!=13` is the version comparison.
  const negate = untriggered.startsWith('!') && !untriggered.startsWith('!=');
  const wanted = (negate ? untriggered.slice(1) : untriggered).trim();
  const condition = Object.hasOwn(conditions, key) ? conditions[key] : undefined;
  if (!condition) return { trigger, holds: negate };
  try {
    return { trigger, holds: condition(wanted, context) !== negate };
  } catch (error) {
    if (error instanceof UsageError)
      throw new UsageError(`${file}:${line}: ${error.message}`, error.hint);
    throw error;
  }
}

type Condition = (wanted: string, context: MatchContext) => boolean;

const conditions: Readonly<Record<string, Condition>> = {
  Distribution: (wanted, { facts }) => wanted === facts.distribution,
  DistributionLike: (wanted, { facts }) =>
    wanted === facts.distribution || facts.distributionLike.includes(wanted),
  Release: (wanted, { facts }) => matchesVersion(wanted, facts.release),
  Architecture: matchesArchitecture,
  HostArchitecture: matchesArchitecture,
  Format: (wanted, { format }) => wanted === format,
  Profiles: (wanted, { profiles }) =>
    wanted === '' ? profiles.length === 0 : profiles.includes(wanted),
  // Everyone compares majors; distributions write theirs as 257.13-1~deb13u1.
  SystemdVersion: (wanted, { facts }) =>
    facts.systemdVersion !== undefined &&
    matchesVersion(wanted, [/^\d+/.exec(facts.systemdVersion)?.[0] ?? facts.systemdVersion]),
  Generic: (wanted, { generic }) => toBoolean(wanted) === generic,
  StorageKnown: (wanted, { facts }) => toBoolean(wanted) === facts.storageKnown,
  // An initrd has no kernel and no boot loader in it.
  Bootable: (wanted) => wanted === 'auto' || !toBoolean(wanted),
  PathExists: (wanted, { exists }) => wanted !== '' && exists(wanted),
};

export const conditionNames: readonly string[] = Object.keys(conditions);

function matchesArchitecture(wanted: string, { facts }: MatchContext): boolean {
  if (wanted === 'uefi') return !['ppc64-le', 's390x'].includes(facts.architecture);
  return wanted === facts.architecture;
}

function toBoolean(raw: string): boolean {
  const parsed = parseBoolean(raw);
  if (parsed === undefined) {
    throw new UsageError(`Cannot take "${raw}" as a boolean: expected "yes" or "no"`);
  }
  return parsed;
}
