import { BuildError } from '../../model/errors.ts';
import type { Reasoned } from '../../model/plan.ts';
import type { Ran } from '../../model/sys.ts';
import { unknownPackages, type Supplier } from '../shared/unknown-packages.ts';
import { complaint, keyProblem } from './layout.ts';

// pacman's refusals, as the user reads them.

export const pacman: Supplier = {
  program: 'pacman',
  refresh: 'pacman -Sy',
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
  return new BuildError(`Cannot resolve the packages: ${complaint(ran)}`);
}

export function noDatabases(names: readonly string[]): BuildError {
  return new BuildError(
    `Cannot resolve the packages: pacman has no database of ${names.map((name) => `"${name}"`).join(', ')}`,
    { hint: `Run "${pacman.refresh}"` },
  );
}
