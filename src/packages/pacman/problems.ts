import { BuildError, MissingLists } from '../../model/errors.ts';
import type { Reasoned } from '../../model/plan.ts';
import type { Ran } from '../../model/sys.ts';
import type { ResolvedArchive } from '../driver.ts';
import { askedFor, unknownPackages, type Supplier } from '../shared/unknown-packages.ts';
import { complaint, errorsOf, keyProblem } from './layout.ts';

// pacman's refusals, as the user reads them.

export const pacman: Supplier = {
  program: 'pacman',
  // Databases alone would be newer than the system, which Arch Linux calls a partial upgrade and does not support.
  refresh: 'pacman -Syu',
  reinstall: (name) => `pacman -S ${name}`,
  refetch: (name) => `pacman -Sw ${name}`,
  unsigned: (file) => `"${file}" is in the cache, its signature "${file}.sig" is not`,
};

/** `ran` is a pacman that could not resolve the request. */
export function unresolvable(
  ran: Ran,
  unknown: readonly string[],
  asked: readonly Reasoned[],
  known: readonly string[],
): BuildError {
  if (unknown.length > 0) return unknownPackages(pacman, asked, unknown, known);
  const key = keyProblem(ran);
  if (key !== undefined) return key;
  const reason = complaint(ran);
  return new BuildError(`Cannot resolve the packages${askedFor(asked, reason)}: ${reason}`, {
    hint: 'Run "pacman -Syu": installed packages and databases may be of different times',
  });
}

/** True where the packages of the databases do not fit each other: no word is unknown, no key is missing. */
export function isUnsatisfied(ran: Ran): boolean {
  return errorsOf(ran).some((line) =>
    /could not satisfy dependencies|unresolvable package conflicts/.test(line),
  );
}

/** The databases are of another time than the system; undefined where they are not. */
export function partialUpgrade(archives: readonly ResolvedArchive[]): string | undefined {
  const others = archives.filter(
    ({ version, hostVersion }) => hostVersion !== undefined && hostVersion !== version,
  );
  if (others.length === 0) return undefined;
  const named = others
    .slice(0, 4)
    .map(({ name, version, hostVersion }) => `"${name}" ${version}, here ${hostVersion}`);
  const more = others.length > 4 ? [`${others.length - 4} more`] : [];
  return `The databases of pacman have other versions than this system, which go into the image: ${[...named, ...more].join('; ')}. Run "pacman -Syu" to have the same`;
}

export function noDatabases(names: readonly string[]): BuildError {
  return new MissingLists(
    `Cannot resolve the packages: pacman has no database of ${names.map((name) => `"${name}"`).join(', ')}`,
    { hint: `Run "${pacman.refresh}"` },
  );
}
