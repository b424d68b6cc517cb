import { BuildError, MissingLists } from '../../model/errors.ts';
import type { Reasoned } from '../../model/plan.ts';
import type { Ran } from '../../model/sys.ts';
import type { ResolvedArchive } from '../driver.ts';
import { describeReason } from '../../model/reason.ts';
import {
  UnknownPackages,
  askedFor,
  withPlaces,
  type Supplier,
} from '../shared/unknown-packages.ts';
import type { HiddenRpm } from './excludes.ts';
import type { Exclude, RpmFrontEnd } from './front-end.ts';

// Refusals of dnf and zypper, as the user reads them.

export function supplierOf(frontEnd: RpmFrontEnd): Supplier {
  return {
    program: frontEnd.program,
    refresh: frontEnd.refresh,
    reinstall: (name) => frontEnd.reinstall(name),
    unsigned: (file) =>
      `${file} in the cache is in no repository, nor signed by a key that the host trusts`,
  };
}

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
    return new MissingLists(`Cannot resolve the packages: ${reason}`, { hint: `Run "${refresh}"` });
  }
  return new UnknownPackages(
    absent,
    `Cannot install ${withPlaces(asked, absent)}: it is not installed here, and ${reason}`,
    `Run "${refresh}", or correct the name`,
  );
}

/** Words that no repository with metadata knows; `skipped` are those without. */
export function unknownWithout(
  { program, refresh }: RpmFrontEnd,
  asked: readonly Reasoned[],
  words: readonly string[],
  skipped: readonly string[],
): UnknownPackages {
  const without = skipped.map((id) => `"${id}"`).join(', ');
  return new UnknownPackages(
    words,
    `Cannot install ${withPlaces(asked, words)}: ${program} knows no such package, and has no metadata of ${without}`,
    `Run "${refresh}", or correct the name`,
  );
}

export function unresolvable(
  { program }: RpmFrontEnd,
  reason: string,
  asked: readonly Reasoned[],
): BuildError {
  return new BuildError(
    `Cannot resolve the packages${askedFor(asked, reason)}: ${reason || `${program} gave no reason`}`,
  );
}

/** Packages that excludes keep in another version than the one that could be had. */
export function hiddenPackages(
  hidden: readonly HiddenRpm[],
  asked: readonly Reasoned[],
): BuildError {
  const by = new Map<Exclude, string[]>();
  for (const { rpm, by: exclude } of hidden) {
    by.set(exclude, [...(by.get(exclude) ?? []), rpm.name]);
  }
  const reasons = [...by].map(([{ key, patterns, at, repository }, names]) => {
    const where = repository === undefined ? '' : ` of "${repository}"`;
    const verb = key === 'includepkgs' ? 'leaves out' : 'hides';
    return `${key}=${patterns.join(' ')}${where} (${describeReason(at)}) ${verb} ${withPlaces(asked, names)}`;
  });
  return new BuildError(`Cannot resolve the packages: ${reasons.join('; ')}`, {
    hint: 'Change that line, or install them on this host: what is installed is used as it is',
  });
}

/** The fetched file is not the one that was built. */
export function damagedFetched(archives: readonly ResolvedArchive[]): BuildError {
  const names = archives.map(({ name }) => `"${name}"`).join(', ');
  const files = archives.map(nameOf).join(', ');
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

export function notFetched({ program }: RpmFrontEnd, archive: ResolvedArchive): BuildError {
  return new BuildError(
    `Cannot find "${archive.name}": ${program} put no ${nameOf(archive)} into its cache`,
  );
}

function nameOf({ file, from }: ResolvedArchive): string {
  return from.type === 'repository' ? `${from.id}/${file}` : file;
}

function lastLines(text: string): string {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .slice(-4)
    .join('; ');
}
