import { printContentRemarks } from '../cli/print-contents.ts';
import { printExtracted, printLeftOut } from '../cli/print-extracted.ts';
import { extractEntries } from '../inspect/extract-entries.ts';
import { readContents } from '../inspect/read-contents.ts';
import { selectEntries } from '../inspect/select-entries.ts';
import type { AbsolutePath } from '../model/brands.ts';
import type { ContentEntry, ImageContents } from '../model/contents.ts';
import { BuildError, UsageError } from '../model/errors.ts';
import type { ExtractInvocation } from '../model/invocation.ts';
import { hasEscapes } from '../model/path-bytes.ts';
import type { Sys } from '../model/sys.ts';
import { withImage } from './open-image.ts';
import type { Answer, Surroundings } from './verb.ts';

/**
 * `pkginitrd extract IMAGE DIR [PATH…]`: reads the image twice, the first time to know what stands at the end. Of a damaged one, what
 * comes before the damage is written.
 */
export async function extract(
  sys: Sys,
  invocation: ExtractInvocation,
  { user }: Surroundings,
): Promise<Answer> {
  const { image, directory, patterns, owners, devices } = invocation;
  assertAllowed(invocation, user);
  return withImage(sys, image, async (source) => {
    const contents = await readContents(source, 'none');
    const { entries, unmatched } = selectEntries(contents.entries, patterns);
    if (entries.length === 0) throw nothing(image, contents, unmatched);
    const wanted = withDirectories(contents.entries, entries).filter((entry) =>
      isWritten(entry, devices),
    );
    const tree = sys.freshTree(directory, { keepOwners: owners });
    try {
      assertSpace(sys, directory, wanted);
      await extractEntries(source, wanted, tree).catch((error: unknown) => {
        if (contents.damage === undefined || !(error instanceof BuildError)) throw error;
      });
    } finally {
      tree.finish();
    }
    const leftOut = entries.filter((entry) => !isWritten(entry, devices));
    return {
      result: '',
      remarks: [
        ...printContentRemarks(contents),
        ...printLeftOut(leftOut, wanted, { owners, devices }),
        printExtracted(directory, wanted),
      ],
      ...failureOf(contents, unmatched),
    };
  });
}

function assertAllowed({ owners, devices }: ExtractInvocation, user: number | undefined): void {
  if (user === 0 || (!owners && !devices)) return;
  throw new UsageError(
    `Cannot use "${owners ? '--owners' : '--devices'}" as user ${user}: that needs root`,
    'Leave it out, and all files are yours',
  );
}

/** What is asked for, with the directories that lead to it. */
function withDirectories(
  all: readonly ContentEntry[],
  chosen: readonly ContentEntry[],
): readonly ContentEntry[] {
  if (all.length === chosen.length) return all;
  const paths = new Set<string>();
  for (const { path } of chosen) {
    for (let at = path.lastIndexOf('/'); at > 0; at = path.lastIndexOf('/', at - 1)) {
      const parent = path.slice(0, at);
      if (paths.has(parent)) break;
      paths.add(parent);
    }
  }
  const orders = new Set(chosen.map(({ order }) => order));
  return all.filter(
    ({ order, path, type }) => orders.has(order) || (type === 'directory' && paths.has(path)),
  );
}

/** The program that makes device nodes gets their names as text. */
function isWritten({ type, path }: ContentEntry, devices: boolean): boolean {
  if (type === 'fifo' || type === 'socket') return false;
  if (type === 'character' || type === 'block') return devices && !hasEscapes(path);
  return true;
}

function assertSpace(sys: Sys, directory: AbsolutePath, entries: readonly ContentEntry[]): void {
  const needed = entries.reduce((sum, { size, link }) => sum + (link === undefined ? size : 0), 0);
  const free = sys.freeSpace(directory);
  if (needed <= free) return;
  throw new BuildError(
    `Cannot extract into "${directory}": ${needed} bytes are needed, ${free} are free`,
    { hint: 'Choose another file system, or name the paths that are wanted' },
  );
}

function nothing(
  image: AbsolutePath,
  { damage }: ImageContents,
  unmatched: readonly string[],
): BuildError {
  if (damage !== undefined) {
    return new BuildError(`Cannot read "${image}": ${damage.message}`, { hint: damage.hint });
  }
  const names = unmatched.map((name) => `"${name}"`).join(', ');
  return new BuildError(
    names === ''
      ? `Cannot extract "${image}": nothing is in it`
      : `Cannot find ${names} in "${image}"`,
    { hint: '"pkginitrd list" shows what is in it' },
  );
}

function failureOf(
  { path, damage, remarks }: ImageContents,
  unmatched: readonly string[],
): { readonly failure?: BuildError } {
  if (damage !== undefined) {
    const { message, hint } = damage;
    return { failure: new BuildError(`Cannot extract all of "${path}": ${message}`, { hint }) };
  }
  if (unmatched.length > 0) {
    const names = unmatched.map((name) => `"${name}"`).join(', ');
    return { failure: new BuildError(`Cannot find ${names} in "${path}"`) };
  }
  if (!remarks.some(({ type }) => type === 'leads out')) return {};
  return {
    failure: new BuildError(`Cannot extract all of "${path}": paths in it lead out of it`, {
      hint: 'No generator writes such an image: somebody may have made it to harm you',
    }),
  };
}
