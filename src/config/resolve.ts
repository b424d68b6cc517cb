import type { AbsolutePath } from '../model/brands.ts';
import type { Assignment, Config, MatchFacts } from '../model/config.ts';
import { UsageError } from '../model/errors.ts';
import { describeOrigin, type Sourced } from '../model/origin.ts';
import type { Reason } from '../model/reason.ts';
import { nearestName } from '../formats/nearest-name.ts';
import { parseSources, type Parsed } from './check.ts';
import {
  assertNoneMissing,
  chooseProfiles,
  nameOf,
  type ChosenProfiles,
} from './chosen-profiles.ts';
import { collect, type Collected } from './collect.ts';
import { merge, type Merged } from './merge.ts';
import type { Node, Sources } from './sources.ts';
import { toConfig } from './to-config.ts';

export interface ResolveOptions {
  readonly facts: MatchFacts;
  /** Asked for or forbidden by flags; [Config] Profiles= adds more. */
  readonly profiles: readonly string[];
  /** Profiles that the host asks for; those that exist are taken. */
  readonly suggestedProfiles: readonly Sourced<string, Reason>[];
  /** Flags: applied after every drop-in, their paths absolute. */
  readonly assignments: readonly Assignment[];
  readonly generic: boolean;
  readonly hostPath: (path: string) => AbsolutePath;
  readonly exists: (path: string) => boolean;
}

/** Pure: what the sources and flags come to for this host. Throws UsageError with file:line. */
export function resolveConfig(sources: Sources, options: ResolveOptions): Config {
  const parsed = parseSources(sources);
  const { found, merged, chosen } = settleProfiles(sources, parsed, options);
  const vendor = merge(
    found.assignments.filter((assignment) => assignment.vendor),
    options,
  );
  const config = toConfig(merged, vendor, found, chosen);
  return { ...config, availableProfiles: [...knownProfiles(sources)].sort() };
}

interface Settled {
  readonly found: Collected;
  readonly merged: Merged;
  readonly chosen: ChosenProfiles;
}

/** A file may select a profile, and a profile's file another one: go on until nothing is added. */
function settleProfiles(sources: Sources, parsed: Parsed, options: ResolveOptions): Settled {
  const known = knownProfiles(sources);
  const format = options.assignments.findLast((each) => each.key === 'Format' && each.value)?.value;
  const flags = options.profiles.map((value) => ({
    value,
    from: { type: 'flag', flag: '--profile' } as const,
  }));
  const suggested = options.suggestedProfiles.filter(({ value }) => known.has(value));
  const check = (words: readonly Sourced<string>[]): void => {
    for (const word of words) checkProfile(word, known);
  };
  check(flags);
  let chosen = chooseProfiles({ configured: [], suggested, flags });
  // Every round but a circular one adds a profile, or takes out a forbidden one.
  for (let round = 0; round <= 2 * known.size + 1; round++) {
    const names = chosen.taken.map(({ value }) => value);
    const found = collect(sources, parsed, { ...options, profiles: names }, format);
    const merged = merge([...found.assignments, ...options.assignments], options);
    const configured = merged.get('Profiles') ?? [];
    check(configured);
    const next = chooseProfiles({ configured, suggested, flags });
    if (next.taken.map(({ value }) => value).join() === names.join()) {
      assertNoneMissing(configured, next);
      return { found, merged, chosen: next };
    }
    chosen = next;
  }
  throw new UsageError(
    'Cannot settle the profiles: a file selects or forbids a profile, and that makes its own [Match] fail',
    `Look for "Profiles=" in [Match] sections, and for profiles that forbid themselves`,
  );
}

function checkProfile({ value, from }: Sourced<string>, known: ReadonlySet<string>): void {
  const name = nameOf(value);
  if (known.has(name)) return;
  const near = nearestName(name, known);
  const where = from.type === 'file' ? `${describeOrigin(from)}: ` : '';
  throw new UsageError(
    `${where}Cannot ${name === value ? 'use' : 'forbid'} the profile "${name}": no such profile`,
    [near && `Did you mean "${near}"?`, `Known are ${[...known].sort().join(', ') || 'none'}`]
      .filter(Boolean)
      .join(' '),
  );
}

function knownProfiles(sources: Sources): ReadonlySet<string> {
  const inTrees = (nodes: readonly Node[]): string[] =>
    nodes.flatMap((node) =>
      node.type === 'tree' ? [...node.profiles.keys(), ...inTrees(node.nodes)] : [],
    );
  return new Set([...sources.profiles.keys(), ...inTrees(sources.base.nodes)]);
}
