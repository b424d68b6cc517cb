import { printContentRemarks, printContents, printContentsJson } from '../cli/print-contents.ts';
import { byPath } from '../formats/usr-alias.ts';
import { listedPackages } from '../inspect/listed-packages.ts';
import { readContents } from '../inspect/read-contents.ts';
import { listedModules } from '../inspect/listed-modules.ts';
import { selectEntries } from '../inspect/select-entries.ts';
import type { ImageContents } from '../model/contents.ts';
import { BuildError } from '../model/errors.ts';
import type { ListInvocation } from '../model/invocation.ts';
import type { Sys } from '../model/sys.ts';
import { withImage } from './open-image.ts';
import type { Answer, Surroundings } from './verb.ts';

/** `pkginitrd list IMAGE`. What can be read of a damaged image is printed. */
export async function list(
  sys: Sys,
  { image, patterns, view, askHost, format }: ListInvocation,
  surroundings: Surroundings,
): Promise<Answer> {
  const read = await withImage(sys, image, (source) => readContents(source, 'none'));
  const contents = askHost ? await withHostOwners(sys, read, surroundings) : read;
  const { entries, unmatched } = selectEntries(contents.entries, patterns);
  if (view === 'packages' && contents.manifest === undefined && !askHost) {
    throw new BuildError(
      `Cannot tell the packages of "${image}": it has no manifest of pkginitrd`,
      {
        hint: '--host-owners asks the package database of this machine for the owners of its files',
      },
    );
  }
  const shown = {
    files: () => ({ view: 'files', entries }) as const,
    packages: () =>
      ({ view: 'packages', packages: listedPackages(contents.manifest, entries) }) as const,
    modules: () => ({ view: 'modules', modules: listedModules(entries) }) as const,
  }[view]();
  const print = { text: printContents, json: printContentsJson }[format];
  return {
    result: print(contents, shown, patterns.length === 0),
    remarks: format === 'json' ? [] : printContentRemarks(contents),
    ...failureOf(contents, unmatched),
  };
}

async function withHostOwners(
  sys: Sys,
  contents: ImageContents,
  surroundings: Surroundings,
): Promise<ImageContents> {
  // Loading what asks the package managers takes longer than most listings.
  const { hostOwners } = await import('./host-owners.ts');
  const owners = await hostOwners(sys, surroundings);
  return {
    ...contents,
    entries: contents.entries.map((entry) =>
      entry.type === 'directory'
        ? entry
        : { ...entry, owner: entry.owner ?? byPath(owners, entry.path) },
    ),
  };
}

function failureOf(
  { path, damage }: ImageContents,
  unmatched: readonly string[],
): { readonly failure?: BuildError } {
  if (damage !== undefined) {
    const { message, hint } = damage;
    return { failure: new BuildError(`Cannot read all of "${path}": ${message}`, { hint }) };
  }
  if (unmatched.length === 0) return {};
  const names = unmatched.map((name) => `"${name}"`).join(', ');
  return {
    failure: new BuildError(`Cannot find ${names} in "${path}"`, {
      hint: 'A pattern with a slash begins at the root; a name without one is looked for everywhere',
    }),
  };
}
