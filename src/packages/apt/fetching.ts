import { absolutePath } from '../../model/brands.ts';
import { BuildError } from '../../model/errors.ts';
import type { PackageRequest } from '../../model/package-request.ts';
import type { Command, Ran } from '../../model/sys.ts';
import type { ResolvedArchive } from '../driver.ts';
import {
  aptSandbox,
  complaint,
  env,
  failed,
  inside,
  options,
  targets,
  withSources,
} from './layout.ts';

/**
 * Fetches what is not in the archives yet. apt refuses what no trusted key has signed, whether there is anything to
 * fetch or not; with --no-download it would not look.
 */
export function downloadCommand(
  request: PackageRequest,
  architecture: string,
  sources: readonly string[],
  network: boolean,
): Command {
  return fetching(request, architecture, sources, network, [
    '--download-only',
    ...['install', ...targets(request)],
  ]);
}

/**
 * Fetches packages, given as `name=version`, into the archives, and checks the signatures also of those that are there:
 * the command for a build that takes others from the installed system, of which no archive exists.
 */
export function downloadSomeCommand(
  request: PackageRequest,
  architecture: string,
  sources: readonly string[],
  packages: readonly string[],
  network: boolean,
): Command {
  const command = fetching(request, architecture, sources, network, [
    // It is done by root in a directory of root's.
    ...['-o', 'APT::Sandbox::User=root'],
    ...['download', ...packages],
  ]);
  return { ...command, cwd: absolutePath(`${inside.state}/archives`) };
}

/** The packages of apt's warning that they are signed by nobody it trusts. */
export function parseUnauthenticated(output: string): readonly string[] {
  const lines = output.split('\n');
  const start = lines.indexOf('WARNING: The following packages cannot be authenticated!');
  if (start === -1) return [];
  const rest = lines.slice(start + 1);
  const end = rest.findIndex((line) => !line.startsWith(' '));
  return rest
    .slice(0, end === -1 ? undefined : end)
    .flatMap((line) => line.trim().split(/\s+/))
    .filter((name) => name !== '');
}

export interface FailedFetch {
  readonly location: string;
  /** "404  Not Found [IP: …]", "Temporary failure resolving '…'". */
  readonly reason: string;
}

export function parseFailedFetches(stderr: string): readonly FailedFetch[] {
  return stderr.split('\n').flatMap((line) => {
    const [, location, reason] = /^E: Failed to fetch (\S+)\s+(.*)$/.exec(line) ?? [];
    return location === undefined || reason === undefined ? [] : [{ location, reason }];
  });
}

/** `ran` is an apt-get that failed to fetch some of `archives`. */
export function unfetchable(ran: Ran, archives: readonly ResolvedArchive[]): BuildError {
  const failures = parseFailedFetches(ran.stderr);
  const [first] = failures;
  if (first === undefined) return new BuildError(`Cannot fetch the packages: ${complaint(ran)}`);
  const names = failures.map(({ location }) => {
    const archive = archives.find(
      ({ from }) => from.type === 'repository' && from.uri === location,
    );
    return `"${archive?.name ?? location}"`;
  });
  const gone = first.reason.startsWith('404');
  return new BuildError(
    `Cannot fetch ${names.join(', ')}: ${first.location}: ${first.reason.replaceAll(/\s+/g, ' ')}`,
    {
      hint: gone
        ? `Run "apt-get update": the package lists name an archive that its repository has replaced`
        : 'Check the network, or build with --offline once every package has been fetched',
    },
  );
}

export function unauthenticated(
  names: readonly string[],
  archives: readonly ResolvedArchive[],
): BuildError {
  const repositories = new Set(
    archives.flatMap(({ name, from }) =>
      names.includes(name) && from.type === 'repository' ? [from.id] : [],
    ),
  );
  return new BuildError(
    `Cannot install ${names.map((name) => `"${name}"`).join(', ')}:` +
      ` apt trusts no signature of ${[...repositories].join(', ')}`,
    { hint: `Install the key of that repository, then run "apt-get update"` },
  );
}

function fetching(
  request: PackageRequest,
  architecture: string,
  sources: readonly string[],
  network: boolean,
  args: readonly string[],
): Command {
  return {
    argv: [
      'apt-get',
      ...options(request, architecture),
      ...['-o', 'Acquire::Retries=2'],
      ...withSources(sources),
      ...args,
    ],
    okExit: [0, failed],
    env,
    sandbox: aptSandbox(request, network),
    purpose: 'Fetch the packages',
  };
}
