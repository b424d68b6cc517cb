import { fnmatch } from '../formats/fnmatch.ts';
import { alternativesOf, namesPackage, packagesToRemove } from '../formats/package-word.ts';
import type { Explanation, ExplanationLine } from '../model/explanation.ts';
import type { PackageAnswer, PackageRelations } from '../model/packages.ts';
import type { Plan, Reasoned } from '../model/plan.ts';
import { reasonChain } from './reason-chain.ts';

/**
 * Who asks for a package that the manager's answer has, by the shortest way down to a word of the configuration; of one that
 * only the host has, what would take it. `owners` are the files of the host's packages.
 */
export function explainPackage(
  plan: Plan,
  owners: ReadonlyMap<string, string>,
  answer: PackageAnswer | undefined,
  name: string,
): readonly Explanation[] {
  if (answer?.packages.some((each) => each.name === name)) return [taken(plan, answer, name)];
  if (![...owners.values()].includes(name)) return [];
  const lines =
    answer === undefined
      ? [{ of: null, remark: { type: 'not asked for' } } as const]
      : notTaken(null, name);
  return [{ kind: 'package not in the image', name, lines }];
}

/** The lines for a package that the manager's answer does not have. */
export function notTaken(of: string | null, name: string): readonly ExplanationLine[] {
  return [
    { of, remark: { type: 'nobody asks' } },
    { of, remark: { type: 'taken by', setting: 'Packages', flag: 'packages', word: name } },
  ];
}

function taken(plan: Plan, answer: PackageAnswer, name: string): Explanation {
  const removed = plan.packages.remove.filter(
    ({ value }) => packagesToRemove(value, [name]).length > 0,
  );
  return {
    kind: 'package',
    name,
    lines: [
      ...packageChain(plan, answer, name),
      ...removed.map(({ from }) => ({
        of: null,
        remark: { type: 'removed again', from } as const,
      })),
    ],
  };
}

/** The lines of that way. */
export function packageChain(
  plan: Plan,
  { relations, asked: words }: PackageAnswer,
  name: string,
): readonly ExplanationLine[] {
  const users = usersOf(relations, plan.packages.withRecommends);
  const way = shortestWay(words, relations, users, name);
  if (way === undefined) return [{ of: null, remark: { type: 'by dependency' } }];
  return way.flatMap((at, index): readonly ExplanationLine[] => {
    const of = index === 0 ? null : at;
    const next = way[index + 1];
    if (next !== undefined) return [{ of, remark: usedBy(users.get(at) ?? [], next) }];
    const asked = askedFor(words, relations, at);
    return asked === undefined
      ? [{ of, remark: { type: 'essential' } }]
      : reasonChain(plan, of, asked.from);
  });
}

interface User {
  readonly name: string;
  readonly isNeed: boolean;
}

function usedBy(users: readonly User[], name: string): ExplanationLine['remark'] {
  const isNeed = users.some((each) => each.name === name && each.isNeed);
  const others = users.filter((each) => each.name !== name).map((each) => each.name);
  return {
    type: isNeed ? 'package needed by' : 'package recommended by',
    package: name,
    others: [...new Set(others)].sort(),
  };
}

/** By the name of a package: those that ask for it. */
function usersOf(
  relations: readonly PackageRelations[],
  withRecommends: boolean,
): ReadonlyMap<string, readonly User[]> {
  const providers = new Map<string, Set<string>>();
  for (const { name, provides } of relations) {
    for (const each of [name, ...provides]) {
      providers.set(each, (providers.get(each) ?? new Set()).add(name));
    }
  }
  const users = new Map<string, User[]>();
  const note = (name: string, asked: readonly (readonly string[])[], isNeed: boolean): void => {
    for (const used of asked.flat().flatMap((each) => [...(providers.get(each) ?? [])])) {
      if (used === name) continue;
      users.set(used, [...(users.get(used) ?? []), { name, isNeed }]);
    }
  };
  for (const { name, needs, recommends } of relations) {
    note(name, needs, true);
    if (withRecommends) note(name, recommends, false);
  }
  return users;
}

/** From a package to one that is asked for; else to one that is essential. */
function shortestWay(
  words: readonly Reasoned[],
  relations: readonly PackageRelations[],
  users: ReadonlyMap<string, readonly User[]>,
  name: string,
): readonly string[] | undefined {
  const ends = [
    (at: string) => askedFor(words, relations, at) !== undefined,
    (at: string) => relations.some((each) => each.name === at && each.isEssential),
  ];
  for (const isEnd of ends) {
    const ways = [[name]];
    const seen = new Set([name]);
    // The list grows while it is walked: breadth first.
    for (const way of ways) {
      const at = way.at(-1) ?? name;
      if (isEnd(at)) return way;
      for (const user of users.get(at) ?? []) {
        if (!seen.has(user.name)) ways.push([...way, user.name]);
        seen.add(user.name);
      }
    }
  }
  return undefined;
}

function askedFor(
  words: readonly Reasoned[],
  relations: readonly PackageRelations[],
  name: string,
): Reasoned | undefined {
  const provides = relations.find((each) => each.name === name)?.provides ?? [];
  return words.find(
    ({ value }) =>
      namesPackage(value, name) ||
      alternativesOf(value).some((each) => fnmatch(each, name) || provides.includes(each)),
  );
}
