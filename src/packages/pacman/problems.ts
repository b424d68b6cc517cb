import { BuildError } from '../../model/errors.ts';
import type { Reasoned } from '../../model/plan.ts';
import type { Ran } from '../../model/sys.ts';
import { unknownPackages } from '../shared/unknown-packages.ts';

// What pacman's refusals mean to the user.

export const pacman = { program: 'pacman', refresh: 'pacman -Sy' };

const refresh = `Run "${pacman.refresh}"`;

/** `ran` is a pacman that could not resolve the request. */
export function unresolvable(
  ran: Ran,
  asked: readonly Reasoned[],
  known: readonly string[],
): BuildError {
  const unknown = lines(ran).flatMap((line) => /^target not found: (.+)$/.exec(line)?.[1] ?? []);
  if (unknown.length > 0) return unknownPackages(pacman, asked, unknown, known);
  const key = keyProblem(ran);
  if (key !== undefined) return key;
  return new BuildError(`Cannot resolve the packages: ${complaint(ran)}`);
}

export function noDatabases(names: readonly string[]): BuildError {
  return new BuildError(
    `Cannot resolve the packages: pacman has no database of ${names.map((name) => `"${name}"`).join(', ')}`,
    { hint: refresh },
  );
}

export interface Unobtainable {
  readonly name: string;
  readonly version: string;
  readonly file: string;
  /** Of the cached archive: it is there without a signature, or it is not the one that was signed. */
  readonly cached: 'absent' | 'unsigned' | 'damaged';
  /** Files of the installed package that are not as it shipped them. */
  readonly changed: readonly string[];
}

export function unobtainable(archives: readonly Unobtainable[], installed: boolean): BuildError {
  const [changed] = archives.filter((each) => each.changed.length > 0);
  if (changed !== undefined) {
    const files = changed.changed.slice(0, 3).map((path) => `"/${path}"`);
    return new BuildError(
      `Cannot take "${changed.name}" from the installed system: ${files.join(', ')} not as the package shipped it`,
      { hint: `Run "pacman -S ${changed.name}", or build without --offline` },
    );
  }
  const [bad] = archives.filter(({ cached }) => cached !== 'absent');
  if (bad !== undefined) {
    const what =
      bad.cached === 'unsigned'
        ? `"${bad.file}" is in the cache, its signature "${bad.file}.sig" is not`
        : `"${bad.file}" in the cache is damaged`;
    return new BuildError(`Cannot install "${bad.name}" without the network: ${what}`, {
      hint: `Run "pacman -Sw ${bad.name}", or build once without --offline`,
    });
  }
  const names = archives.map(({ name, version }) => `${name} ${version}`).join(', ');
  const nowhere = installed ? 'neither a cache nor the installed system has' : 'no cache has';
  return new BuildError(`Cannot install without the network: ${nowhere} ${names}`, {
    hint: 'Build once without --offline; fetched packages are kept for the next time',
  });
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
  const failed = lines(ran).flatMap(
    (line) => /^failed retrieving file '([^']+)' from (.*)$/.exec(line)?.[1] ?? [],
  );
  if (failed.length > 0) {
    return new BuildError(
      `Cannot fetch ${[...new Set(failed)].map((file) => `"${file}"`).join(', ')}: ${complaint(ran)}`,
      {
        hint: `Check the network; ${refresh.replace('Run', 'run')} where the mirror has newer packages`,
      },
    );
  }
  return new BuildError(`Cannot fetch the packages: ${complaint(ran)}`);
}

export function uninstallable(purpose: string, ran: Ran): BuildError {
  if (/No space left on device/.test(ran.stderr)) {
    return new BuildError(`Cannot ${purpose}: no space left on the device`, {
      hint: 'Free some space on that file system, or have the workspace made elsewhere',
    });
  }
  return new BuildError(`Cannot ${purpose}: ${complaint(ran)}`);
}

/** A scriptlet or hook that failed, which pacman itself takes lightly. */
export function failedScripts(ran: Ran): readonly string[] {
  return lines(ran).filter((line) => /^command (?:failed to execute|terminated by)/.test(line));
}

function keyProblem(ran: Ran, packages: readonly string[] = []): BuildError | undefined {
  const text = `${ran.stdout}\n${ran.stderr}`;
  const isKey =
    /keyring is not writable|Public keyring not found|required key missing from keyring|unknown trust|missing required signature|key "\w+" could not be looked up|is unknown\b/.test(
      text,
    ) || /PGP signature/.test(text);
  if (!isKey) return undefined;
  // pacman says neither which package nor which key.
  const repositories = new Set(packages.map((name) => `"${name.replace(/\/.*/, '')}"`));
  const whose = repositories.size === 0 ? '' : ` of ${[...repositories].join(', ')}`;
  return new BuildError(`Cannot trust the packages${whose}: ${complaint(ran)}`, {
    hint: 'Run "pacman-key --init", "pacman-key --populate" and "pacman -Sy"',
  });
}

function complaint(ran: Ran): string {
  return lines(ran).join('; ') || ran.stderr.trim() || 'pacman gave no reason';
}

function lines(ran: Ran): readonly string[] {
  return ran.stderr
    .split('\n')
    .filter((line) => line.startsWith('error: ') && line !== readOnly)
    .map((line) => line.slice('error: '.length));
}

// Nothing of the host is, and importing a key is the user's to do.
const readOnly = 'error: keyring is not writable';
