import { nearestName } from '../../formats/nearest-name.ts';
import { BuildError } from '../../model/errors.ts';
import type { Reasoned } from '../../model/plan.ts';
import { describeReason } from '../../model/reason.ts';

/** A manager to the user: its program, and the command line that renews its metadata. */
export interface NamedManager {
  readonly program: string;
  readonly refresh: string;
}

/** A manager to the user of whose packages some cannot be had. */
export interface Supplier extends NamedManager {
  /** The command line that ends what a transaction that was cut off has begun. */
  readonly finish?: string;
  /** The command line that installs a changed package again. */
  reinstall(name: string): string;
  /** The command line that fetches a package into the cache, where there is one. */
  readonly refetch?: (name: string) => string;
  /** The fault of an archive that nobody signed, as the end of a sentence. */
  unsigned(file: string): string;
}

/** Words of Packages= that the manager does not know. */
export class UnknownPackages extends BuildError {
  readonly words: readonly string[];

  constructor(words: readonly string[], message: string, hint: string) {
    super(message, { hint });
    this.words = words;
  }
}

/** Every word that `program` does not know, with its drop-in; `known` are the names one of which may be meant. */
export function unknownPackages(
  { program, refresh }: NamedManager,
  asked: readonly Reasoned[],
  unknown: readonly string[],
  known: readonly string[] = [],
): UnknownPackages {
  const near = unknown.flatMap((name) => nearestName(name, known) ?? []);
  const meant =
    near.length === 0 ? '' : `. Is ${near.map((name) => `"${name}"`).join(', ')} meant?`;
  return new UnknownPackages(
    unknown,
    `Cannot install ${withPlaces(asked, unknown)}: ${program} knows no such package`,
    `Run "${refresh}" if the metadata is old, or correct the name${meant}`,
  );
}

/** The asked words that a manager's complaint has, with their places, in brackets; nothing where it has none. */
export function askedFor(asked: readonly Reasoned[], complaint: string): string {
  const words = asked.filter(({ value }) => mentions(complaint, value)).map(({ value }) => value);
  return words.length === 0 ? '' : ` for ${withPlaces(asked, words)}`;
}

// "less" stands as a word of its own, or in front of a version: "less-668-1.x86_64".
function mentions(complaint: string, word: string): boolean {
  for (let at = complaint.indexOf(word); at !== -1; at = complaint.indexOf(word, at + 1)) {
    const behind = complaint.slice(at + word.length);
    const isWord = !/[\w.+-]/.test(complaint[at - 1] ?? ' ');
    if (isWord && /^(?:[^\w.+-]|-\d|[.:]?(?:\s|$)|$)/.test(behind)) return true;
  }
  return false;
}

/** Names in quotes, each with the line that asks for it. */
export function withPlaces(asked: readonly Reasoned[], names: readonly string[]): string {
  return names
    .map((name) => {
      const origin = asked.find(({ value }) => value === name)?.from;
      return origin === undefined ? `"${name}"` : `"${name}" (${describeReason(origin)})`;
    })
    .join(', ');
}
