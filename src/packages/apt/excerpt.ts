import { createHash } from 'node:crypto';
import type { Stanza } from '../../formats/deb-control.ts';
import { fnmatch } from '../../formats/fnmatch.ts';
import { posixExpression } from '../../formats/posix-expression.ts';
import type { Excerpt } from '../../model/excerpt.ts';
import type { RootFiles } from '../../model/sys.ts';
import { readStatus } from './dpkg-status.ts';
import { relationsOf } from './relations.ts';

/**
 * Digest of dpkg's records of the packages of these names, of those that provide them, and of essential ones, which apt takes
 * unasked; and of the archives of these names in the caches. How far a script of a package has come is nothing to a choice.
 */
export function aptExcerptDigest(files: RootFiles, { names, patterns, archives }: Excerpt): string {
  const known = new Set(names);
  const wanted = (name: string): boolean =>
    known.has(name) || patterns.some((pattern) => mayMatch(pattern, name));
  const { stanzas, unfinished } = readStatus(files);
  const records = [...stanzas]
    .filter(([, stanza]) => isWanted(stanza, wanted))
    .map(([key, stanza]) => [key, unfinished.get(key) ?? null, fieldsOf(stanza)]);
  const cached = archives.flatMap((directory) =>
    files
      .list(directory)
      .filter((file) => wanted(file.replace(/_.*$/, '')))
      .map((file) => [file, files.stamp(`${directory}/${file}`)?.text]),
  );
  return createHash('sha256')
    .update(JSON.stringify([records.sort(byKey), cached]))
    .digest('hex');
}

function isWanted(stanza: Stanza, wanted: (name: string) => boolean): boolean {
  const { name, provides, isEssential } = relationsOf(stanza);
  return isEssential || [name, ...provides].some(wanted);
}

/** apt takes one word for a shell pattern and another for an expression: here either is enough. */
function mayMatch(pattern: string, name: string): boolean {
  return fnmatch(pattern, name) || posixExpression(pattern).test(name);
}

function fieldsOf(stanza: Stanza): readonly (readonly [string, string])[] {
  return [...stanza].filter(([field]) => !passing.has(field));
}

// They change while a transaction runs its scripts. How it stands with a package is read from the first before.
const passing: ReadonlySet<string> = new Set(['status', 'triggers-pending', 'triggers-awaited']);

function byKey([a]: readonly unknown[], [b]: readonly unknown[]): number {
  return String(a) < String(b) ? -1 : 1;
}
