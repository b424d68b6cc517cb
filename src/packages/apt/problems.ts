import type { AbsolutePath } from '../../model/brands.ts';
import { BuildError } from '../../model/errors.ts';
import type { PackageOrigin } from '../../model/packages.ts';
import type { Ran } from '../../model/sys.ts';
import { parseFailedFetches, type PrintedArchive } from './output.ts';

// What apt's refusals mean to the user.

export const apt = { program: 'apt', refresh: 'apt-get update' };

const refresh = `Run "${apt.refresh}"`;

export function noLists(): BuildError {
  return new BuildError('Cannot resolve the packages: apt has no package lists on this system', {
    hint: refresh,
  });
}

export function unresolvable(ran: Ran): BuildError {
  const lines = ran.stdout.split('\n');
  const start = lines.findIndex((line) => line.startsWith('The following packages have unmet'));
  const story = start === -1 ? [] : lines.slice(start + 1).filter((line) => line.trim() !== '');
  return new BuildError([`Cannot resolve the packages: ${complaint(ran)}`, ...story].join('\n'));
}

/** `ran` is an apt-get that failed to fetch some of `archives`. */
export function unfetchable(ran: Ran, archives: readonly PrintedArchive[]): BuildError {
  const failures = parseFailedFetches(ran.stderr);
  const [first] = failures;
  if (first === undefined) return new BuildError(`Cannot fetch the packages: ${complaint(ran)}`);
  const names = failures.map(({ location }) => {
    const archive = archives.find((one) => one.location === location);
    return `"${archive?.name ?? location}"`;
  });
  const gone = first.reason.startsWith('404');
  return new BuildError(
    `Cannot fetch ${names.join(', ')}: ${first.location}: ${first.reason.replaceAll(/\s+/g, ' ')}`,
    {
      hint: gone
        ? `${refresh}: the package lists name an archive that its repository has replaced`
        : 'Check the network, or build with --offline once every package has been fetched',
    },
  );
}

export function unauthenticated(
  names: readonly string[],
  archives: readonly PrintedArchive[],
): BuildError {
  const of = (name: string) => archives.find((archive) => archive.name === name)?.location;
  const repositories = new Set(
    names.flatMap((name) => of(name)?.replace(/\/pool\/.*|(?:\/\.)?\/[^/]*$/, '') ?? []),
  );
  return new BuildError(
    `Cannot install ${names.map((name) => `"${name}"`).join(', ')}:` +
      ` apt trusts no signature of ${[...repositories].join(', ')}`,
    { hint: `Install the key of that repository, then run "apt-get update"` },
  );
}

export function offlineMissing(
  archives: readonly PrintedArchive[],
  sources: readonly PackageOrigin[],
): BuildError {
  const names = archives.map(({ name, version }) => `${name} ${version}`).join(', ');
  const nowhere = sources.includes('installed')
    ? `neither a cache nor the installed system has ${names}`
    : `no cache has ${names}`;
  return new BuildError(`Cannot install without the network: ${nowhere}`, {
    hint: 'Build once without --offline; fetched packages are kept for the next time',
  });
}

export function changedInstalled(archive: PrintedArchive, files: readonly string[]): BuildError {
  return new BuildError(
    `Cannot take "${archive.name}" from the installed system: ${listed(files)} not as the package shipped it`,
    {
      hint: `Run "apt-get install --reinstall ${archive.name}", or build without --offline`,
    },
  );
}

export function unobtainable(archive: PrintedArchive): BuildError {
  return new BuildError(
    `Cannot install "${archive.name}": version ${archive.version} of the installed system is in no repository,` +
      ' and its files are not all as the package shipped them',
    {
      hint: `${refresh} and "apt-get install --reinstall ${archive.name}"`,
    },
  );
}

function listed(files: readonly string[]): string {
  const some = files.slice(0, 3).map((path) => `"/${path.replace(/^\//, '')}"`);
  const more = files.length > 3 ? ` and ${files.length - 3} more files` : '';
  return `${some.join(', ')}${more} ${files.length === 1 ? 'is' : 'are'}`;
}

export function offlineCorrupt(
  archive: PrintedArchive,
  files: readonly AbsolutePath[],
): BuildError {
  const copies = files.map((file) => `"${file}"`).join(', ');
  return new BuildError(
    `Cannot install "${archive.name}" without the network: ${copies} is damaged, its` +
      ` ${archive.digest?.algorithm ?? 'digest'} is not the one in the package lists`,
    { hint: 'Build once without --offline to have it fetched again' },
  );
}

function complaint(ran: Ran): string {
  const errors = ran.stderr.split('\n').filter((line) => line.startsWith('E: '));
  return (
    errors.map((line) => line.slice(3)).join('; ') || ran.stderr.trim() || 'apt-get gave no reason'
  );
}
