import { BuildError } from '../../model/errors.ts';
import type { AbsolutePath } from '../../model/brands.ts';
import type { PackageOrigin } from '../../model/packages.ts';
import type { Reasoned } from '../../model/plan.ts';
import type { Ran } from '../../model/sys.ts';
import type { ResolvedArchive } from '../driver.ts';
import type { RpmFrontEnd } from './front-end.ts';
import { parseFailedScripts } from './output.ts';
import { withPlaces } from '../shared/unknown-packages.ts';

// What the refusals of dnf, zypper and rpm mean to the user.

/** `absent` are packages that are not installed either, where that would have done. */
export function noMetadata(
  { program, refresh }: RpmFrontEnd,
  repositories: readonly string[],
  asked: readonly Reasoned[],
  absent: readonly string[],
): BuildError {
  const of =
    repositories.length === 0 ? '' : ` of ${repositories.map((id) => `"${id}"`).join(', ')}`;
  const reason = `${program} has no metadata${of} in its cache`;
  if (absent.length === 0) {
    return new BuildError(`Cannot resolve the packages: ${reason}`, { hint: `Run "${refresh}"` });
  }
  return new BuildError(
    `Cannot install ${withPlaces(asked, absent)}: it is not installed here, and ${reason}`,
    { hint: `Run "${refresh}", or correct the name` },
  );
}

export function unresolvable({ program }: RpmFrontEnd, reason: string): BuildError {
  return new BuildError(`Cannot resolve the packages: ${reason || `${program} gave no reason`}`);
}

/** Why no source of a build has an archive. */
export interface Unobtainable {
  readonly archive: ResolvedArchive;
  /** What the caches have by its name. */
  readonly cached: 'absent' | 'damaged' | 'unsigned';
  /** What the installed system has: other files, or a package that cannot be made into an archive again. */
  readonly installed: 'absent' | 'impossible' | { readonly changed: readonly string[] };
}

/** `program` would reinstall a changed package. */
export function unobtainable(
  { program }: RpmFrontEnd,
  problems: readonly Unobtainable[],
  sources: readonly PackageOrigin[],
): BuildError {
  const once = 'Build once without --offline; fetched packages are kept for the next time';
  for (const { archive, installed } of problems) {
    if (installed === 'absent') continue;
    const what = `Cannot take "${archive.name}" from the installed system`;
    if (installed === 'impossible') {
      return new BuildError(`${what}: it was built in a format that is not written here`, {
        hint: once,
      });
    }
    const again = `${program} ${reinstall[program] ?? 'reinstall'} ${archive.name}`;
    return new BuildError(`${what}: ${listed(installed.changed)} not as the package shipped it`, {
      hint: `Run "${again}", or build without --offline`,
    });
  }
  for (const [cached, what] of Object.entries(spoiled)) {
    const archives = problems.filter((one) => one.cached === cached).map(({ archive }) => archive);
    if (archives.length === 0) continue;
    const names = archives.map(({ name }) => `"${name}"`).join(', ');
    const files = archives.map(({ file }) => file).join(', ');
    return new BuildError(`Cannot install ${names} without the network: ${files} ${what}`, {
      hint: 'Build once without --offline to have it fetched again',
    });
  }
  const names = problems.map(({ archive }) => `${archive.name} ${archive.version}`).join(', ');
  const who = sources.includes('installed')
    ? 'neither a cache nor the installed system has'
    : 'no cache has';
  return new BuildError(`Cannot install without the network: ${who} ${names}`, { hint: once });
}

const spoiled: Readonly<Record<Exclude<Unobtainable['cached'], 'absent'>, string>> = {
  damaged: 'in the cache is damaged',
  unsigned: 'in the cache is in no repository, nor signed by a key that the host trusts',
};

function listed(paths: readonly string[]): string {
  const names = paths.slice(0, 4).map((path) => `"/${path}"`);
  const more = paths.length > names.length ? [`${paths.length - names.length} more`] : [];
  return `${[...names, ...more].join(', ')} ${paths.length === 1 ? 'is' : 'are'}`;
}

const reinstall: Readonly<Record<string, string>> = { zypper: 'install --force' };

/** What was fetched is not what was built. */
export function damagedFetched(archives: readonly ResolvedArchive[]): BuildError {
  const names = archives.map(({ name }) => `"${name}"`).join(', ');
  const files = archives.map(({ location }) => location).join(', ');
  return new BuildError(`Cannot install ${names}: ${files} was fetched and is damaged`, {
    hint: 'Build again; if that does not help, the repository itself has a damaged package',
  });
}

export function unfetchable({ program, refresh }: RpmFrontEnd, ran: Ran): BuildError {
  const text = lastLines(`${ran.stdout}\n${ran.stderr}`) || `${program} gave no reason`;
  return new BuildError(`Cannot fetch the packages: ${text}`, {
    hint: `Run "${refresh}" if a repository has replaced a package, or check the network`,
  });
}

export function notFetched(
  { program }: RpmFrontEnd,
  { name, location }: ResolvedArchive,
): BuildError {
  return new BuildError(`Cannot find "${name}": ${program} put no ${location} into its cache`);
}

/** `ran` is an rpm that failed to install or remove. */
export function rpmFailure(purpose: string, ran: Ran, root: AbsolutePath): BuildError {
  const lower = purpose.charAt(0).toLowerCase() + purpose.slice(1);
  if (/No space left on device|needs \d+\w* more space/.test(ran.stderr)) {
    return new BuildError(`Cannot ${lower} in "${root}": no space left on the device`, {
      hint: 'Free some space on that file system, or have the workspace made elsewhere',
    });
  }
  const [script] = parseFailedScripts(ran.stderr);
  const what =
    script === undefined
      ? `Cannot ${lower}: rpm failed`
      : `Cannot install "${script.name}": its ${script.script} script failed, ${script.reason}`;
  const story = ran.stderr
    .split('\n')
    .filter((line) => line !== '')
    .slice(-12);
  return new BuildError([what, ...story.map((line) => `  ${line}`)].join('\n'));
}

function lastLines(text: string): string {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .slice(-4)
    .join('; ');
}
