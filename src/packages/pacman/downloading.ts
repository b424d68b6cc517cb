import { BuildError } from '../../model/errors.ts';
import type { PackageRequest } from '../../model/package-request.ts';
import type { Command, Ran } from '../../model/sys.ts';
import type { ResolvedArchive } from '../driver.ts';
import {
  common,
  complaint,
  errorsOf,
  inside,
  keyProblem,
  pacmanCommand,
  fetchSandbox,
} from './layout.ts';

/**
 * Fetches what is not among the archives yet, and checks digests and signatures of all, given as `REPOSITORY/NAME`.
 * Dependencies are among them.
 */
export function downloadCommand(
  request: PackageRequest,
  keyring: string,
  packages: readonly string[],
  network: boolean,
): Command {
  const command = pacmanCommand(request, 'Fetch the packages', [
    ...common(inside.conf, keyring),
    ...['--sync', '--downloadonly', '--nodeps', '--nodeps', ...packages],
  ]);
  return { ...command, sandbox: fetchSandbox(request, network) };
}

/** The word that pacman takes for an archive: the repository decides whose signature counts. */
export function nameOf({ name, from }: ResolvedArchive): string {
  return from.type === 'repository' ? `${from.id}/${name}` : name;
}

/** The names of archive files that pacman found to be others than were signed. */
export function parseCorrupt(ran: Ran): readonly string[] {
  return [...`${ran.stdout}\n${ran.stderr}`.matchAll(/File \S*?([^/\s]+) is corrupted/g)].map(
    ([, file = '']) => file,
  );
}

/** `ran` is a pacman that was to fetch and check `packages`, given as `REPOSITORY/NAME`. */
export function unfetchable(ran: Ran, packages: readonly string[]): BuildError {
  const key = keyProblem(ran, packages);
  if (key !== undefined) return key;
  const failed = errorsOf(ran).flatMap(
    (line) => /^failed retrieving file '([^']+)' from (.*)$/.exec(line)?.[1] ?? [],
  );
  if (failed.length > 0) {
    return new BuildError(
      `Cannot fetch ${[...new Set(failed)].map((file) => `"${file}"`).join(', ')}: ${complaint(ran)}`,
      {
        hint: 'Check the network; run "pacman -Syu" where the mirror has newer packages by now',
      },
    );
  }
  return new BuildError(`Cannot fetch the packages: ${complaint(ran)}`);
}
