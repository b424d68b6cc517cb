import { BuildError } from '../model/errors.ts';
import type { AbsolutePath } from '../model/brands.ts';
import type { Ran } from '../model/sys.ts';
import type { ResolvedArchive } from './driver.ts';
import type { RpmFrontEnd } from './rpm-front-end.ts';
import { parseFailedScripts } from './rpm-output.ts';

// What the refusals of dnf, zypper and rpm mean to the user.

export function noMetadata(
  { program, refresh }: RpmFrontEnd,
  repositories: readonly string[],
): BuildError {
  const of =
    repositories.length === 0 ? '' : ` of ${repositories.map((id) => `"${id}"`).join(', ')}`;
  return new BuildError(
    `Cannot resolve the packages: ${program} has no metadata${of} in its cache`,
    {
      hint: `Run "${refresh}"`,
    },
  );
}

export function unresolvable({ program }: RpmFrontEnd, reason: string): BuildError {
  return new BuildError(`Cannot resolve the packages: ${reason || `${program} gave no reason`}`);
}

export function missingArchives(archives: readonly ResolvedArchive[]): BuildError {
  const names = archives.map(({ name, version }) => `${name} ${version}`).join(', ');
  return new BuildError(`Cannot install without the network: no cache has ${names}`, {
    hint: 'Build once without --offline; fetched packages are kept for the next time',
  });
}

export function corruptArchives(archives: readonly ResolvedArchive[]): BuildError {
  const names = archives.map(({ name }) => `"${name}"`).join(', ');
  const files = archives.map(({ file }) => file).join(', ');
  return new BuildError(
    `Cannot install ${names} without the network: ${files} in the cache is damaged`,
    { hint: 'Build once without --offline to have it fetched again' },
  );
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
