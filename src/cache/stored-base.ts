import type { Base, Permissions } from '../model/base.ts';
import type { AbsolutePath } from '../model/brands.ts';
import type { WrittenPart } from '../model/image.ts';
import type { Found } from './store.ts';

/** A Base, and `facts` about its part as plain JSON, in two halves for the store: JSON, and files. */
export function takeApart(
  base: Base,
  facts: unknown,
): {
  readonly data: unknown;
  readonly blobs: ReadonlyMap<string, AbsolutePath>;
} {
  const { depmod, owners, directories, part, ...plain } = base;
  const stored: StoredBase = {
    ...plain,
    part: withoutFile(part),
    owners: [...owners],
    directories: [...directories],
    facts,
  };
  const blobs = new Map([['part', part.file]]);
  if (depmod !== undefined) blobs.set('depmod', depmod);
  return { data: stored, blobs };
}

/** Puts the halves together again. */
export function putTogether({ data, files }: Extract<Found, { readonly type: 'found' }>): {
  readonly base: Base;
  readonly facts: unknown;
} {
  if (!isStoredBase(data)) throw new Error('A cached base part has no facts');
  const { part, owners, directories, facts, ...plain } = data;
  const base = {
    ...plain,
    // JSON leaves out what is undefined.
    shadow: plain.shadow,
    bugs: plain.bugs,
    part: { ...part, file: fileOf(files, 'part') },
    depmod: files.get('depmod'),
    owners: new Map(owners),
    directories: new Map(directories),
  };
  return { base, facts };
}

/** A part for the store. */
export function takePartApart(part: WrittenPart): {
  readonly data: unknown;
  readonly blobs: ReadonlyMap<string, AbsolutePath>;
} {
  return { data: withoutFile(part), blobs: new Map([['part', part.file]]) };
}

export function putPartTogether({
  data,
  files,
}: Extract<Found, { readonly type: 'found' }>): WrittenPart {
  if (!isStoredPart(data)) throw new Error('A cached part has no facts');
  return { ...data, file: fileOf(files, 'part') };
}

type StoredPart = Omit<WrittenPart, 'file'>;

type StoredBase = Omit<Base, 'part' | 'depmod' | 'owners' | 'directories'> & {
  readonly part: StoredPart;
  readonly owners: readonly (readonly [string, string])[];
  readonly directories: readonly (readonly [string, Permissions])[];
  readonly facts: unknown;
};

function withoutFile(part: WrittenPart): StoredPart {
  const { name, compression, bytes, unpackedBytes, entries, sha256 } = part;
  return { name, compression, bytes, unpackedBytes, entries, sha256 };
}

function fileOf(files: ReadonlyMap<string, AbsolutePath>, name: string): AbsolutePath {
  const file = files.get(name);
  if (file === undefined) throw new Error(`A stored part has no "${name}"`);
  return file;
}

// The seal is whole, and the program is part of the entry's name: this very program has written it.
function isStoredBase(data: unknown): data is StoredBase {
  return typeof data === 'object' && data !== null && 'owners' in data;
}

function isStoredPart(data: unknown): data is StoredPart {
  return typeof data === 'object' && data !== null && 'entries' in data;
}
