import { UsageError } from '../model/errors.ts';
import { describeOrigin, type Sourced } from '../model/origin.ts';
import { describeReason, type Reason } from '../model/reason.ts';

/** All that names profiles, in the order in which it counts. */
export interface ProfileWords {
  /** Items of `Profiles=` of the drop-ins that hold; those of a profile are what it cannot do without. */
  readonly configured: readonly Sourced<string>[];
  readonly suggested: readonly Sourced<string, Reason>[];
  readonly flags: readonly Sourced<string>[];
}

export interface ChosenProfiles {
  readonly taken: readonly Sourced<string, Reason>[];
  /** Names with the word that forbids each. */
  readonly forbidden: readonly Sourced<string>[];
}

/** `-NAME` forbids a profile, whatever asks for it; where drop-ins and flags disagree, the last word counts. */
export function chooseProfiles({ configured, suggested, flags }: ProfileWords): ChosenProfiles {
  const bans = bansOf([...configured.filter((word) => !isRequirement(word)), ...flags]);
  const asked: readonly Sourced<string, Reason>[] = [...configured, ...suggested, ...flags];
  const taken = new Map<string, Sourced<string, Reason>>();
  for (const word of asked) {
    const { value } = word;
    if (!isBan(value) && !bans.has(value) && !taken.has(value)) taken.set(value, word);
  }
  return {
    taken: [...taken.values()],
    forbidden: [...bans].map(([value, from]) => ({ value, from })),
  };
}

/** @throws UsageError where a profile that is used cannot do without one that is forbidden */
export function assertNoneMissing(
  configured: readonly Sourced<string>[],
  { taken, forbidden }: ChosenProfiles,
): void {
  for (const { value, from: ban } of forbidden) {
    const word = configured.find((each) => each.value === value && isRequirement(each));
    const user = word === undefined ? undefined : profileOf(word);
    if (word === undefined || user === undefined) continue;
    const reason = taken.find((each) => each.value === user)?.from;
    throw new UsageError(
      `${describeOrigin(ban)}: Cannot forbid the profile "${value}": the profile "${user}" uses it (${describeOrigin(word.from)})` +
        (reason === undefined ? '' : `, for which ${describeReason(reason)} asks`),
      `Forbid "${user}", too, or take "-${value}" out`,
    );
  }
}

/** The name of a word of `Profiles=`, without the sign that forbids. */
export function nameOf(word: string): string {
  return isBan(word) ? word.slice(1) : word;
}

function bansOf(words: readonly Sourced<string>[]): ReadonlyMap<string, Sourced<string>['from']> {
  const bans = new Map<string, Sourced<string>['from']>();
  for (const { value, from } of words) {
    if (isBan(value)) bans.set(nameOf(value), from);
    else bans.delete(value);
  }
  return bans;
}

function isBan(word: string): boolean {
  return word.startsWith('-');
}

function isRequirement(word: Sourced<string>): boolean {
  return !isBan(word.value) && profileOf(word) !== undefined;
}

function profileOf({ from }: Sourced<string>): string | undefined {
  return from.type === 'file' ? from.profile : undefined;
}
