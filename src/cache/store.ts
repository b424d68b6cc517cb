import { createHash } from 'node:crypto';
import {
  encodeSealedHead,
  firstLineBytes,
  jsonBytes,
  parseSealedHead,
  sealBytes,
} from '../formats/sealed.ts';
import { absolutePath, type AbsolutePath } from '../model/brands.ts';
import { BuildError } from '../model/errors.ts';
import type { OpenFile, Sys } from '../model/sys.ts';
import { prune } from './prune.ts';

/** A directory of sealed files that root alone can write. */
export interface Store {
  readonly directory: AbsolutePath;
  /** The most bytes that all files in it may have. */
  readonly limit: number;
  /** What it means that an entry cannot be kept, for a sentence: "the next build …". */
  readonly loss: string;
}

/** The answer to a look into the store: `data` is what was kept, `files` are copies of the blobs by their names. */
export type Found =
  | {
      readonly type: 'found';
      readonly data: unknown;
      readonly files: ReadonlyMap<string, AbsolutePath>;
    }
  | { readonly type: 'absent' }
  | { readonly type: 'damaged' };

/** Opens the store, made where it is not there. BuildError where it cannot be, or is not root's alone. */
export function openStore(sys: Sys, store: Store): Store {
  sys.privateDirectory(store.directory);
  return store;
}

/**
 * Looks for an entry, with its blobs copied into `workspace`: the bytes that the seal was checked over are the bytes
 * that are used, whatever happens to the file in the meantime. A damaged file is removed.
 */
export function lookUp(
  sys: Sys,
  { directory }: Store,
  name: string,
  workspace: AbsolutePath,
): Found {
  const files = sys.root(directory);
  if (files.lstat(name)?.type !== 'file') return { type: 'absent' };
  const file = sys.open(absolutePath(`${directory}/${name}`));
  try {
    const found = readSealed(sys, file, name, workspace);
    if (found === undefined) {
      quietly(() => files.remove(name));
      return { type: 'damaged' };
    }
    // The last use, by which the store is trimmed. A read-only disk trims nothing.
    quietly(() => files.touch(name));
    return found;
  } finally {
    file.close();
  }
}

/**
 * Keeps an entry for later builds and makes room for it. Called under the lock of the cache. A disk that is full or
 * read-only costs the entry alone: a sentence says so.
 */
export async function keep(
  sys: Sys,
  store: Store,
  name: string,
  data: unknown,
  blobs: ReadonlyMap<string, AbsolutePath>,
): Promise<readonly string[]> {
  const { directory, limit, loss } = store;
  try {
    const sizes = [...blobs].map(([blob, path]) => ({ name: blob, bytes: sizeOf(sys, path) }));
    const head = encodeSealedHead({ name, data, blobs: sizes });
    const bytes = sizes.reduce((sum, each) => sum + each.bytes, head.length + sealBytes);
    if (bytes > limit)
      return [`Cannot keep a part of ${bytes} bytes: CacheSize= is ${limit}, ${loss}`];
    prune(sys, directory, limit - bytes, { except: [name] });
    const path = absolutePath(`${directory}/${name}`);
    await sys.writeAtomically(path, sealed(sys, head, [...blobs.values()]), 0o600);
    return [];
  } catch (error) {
    if (!(error instanceof BuildError)) throw error;
    return [`${error.message}, ${loss}`];
  }
}

const chunkBytes = 1 << 18;

function* sealed(
  sys: Sys,
  head: Uint8Array,
  paths: readonly AbsolutePath[],
): Generator<Uint8Array> {
  const hash = createHash('sha256');
  hash.update(head);
  yield head;
  for (const path of paths) {
    const file = sys.open(path);
    try {
      for (let at = 0; at < file.size; at += chunkBytes) {
        const chunk = file.read(at, chunkBytes);
        hash.update(chunk);
        yield chunk;
      }
    } finally {
      file.close();
    }
  }
  yield Buffer.from(`${hash.digest('hex')}\n`);
}

/** Undefined where any byte is not as it was written. */
function readSealed(
  sys: Sys,
  file: OpenFile,
  name: string,
  workspace: AbsolutePath,
): Extract<Found, { readonly type: 'found' }> | undefined {
  const line = file.read(0, firstLineBytes);
  const length = jsonBytes(line);
  if (length === undefined || firstLineBytes + length + sealBytes > file.size) return undefined;
  const json = file.read(firstLineBytes, length);
  const head = parseSealedHead(json);
  if (head?.name !== name) return undefined;
  const hash = createHash('sha256').update(line).update(json);
  const files = new Map<string, AbsolutePath>();
  let at = firstLineBytes + length;
  for (const blob of head.blobs) {
    const end = at + blob.bytes;
    if (end + sealBytes > file.size) return undefined;
    // Names in a head that turns out to be damaged must not lead anywhere.
    if (!/^[a-z][a-z.]*$/.test(blob.name)) return undefined;
    sys.root(workspace).write(`${name}.${blob.name}`, hashed(file, at, end, hash), 0o600);
    files.set(blob.name, absolutePath(`${workspace}/${name}.${blob.name}`));
    at = end;
  }
  const seal = file.read(at, sealBytes + 1).toString('latin1');
  if (seal !== `${hash.digest('hex')}\n`) return undefined;
  return { type: 'found', data: head.data, files };
}

function* hashed(
  file: OpenFile,
  from: number,
  end: number,
  hash: ReturnType<typeof createHash>,
): Generator<Uint8Array> {
  for (let at = from; at < end; at += chunkBytes) {
    const chunk = file.read(at, Math.min(chunkBytes, end - at));
    hash.update(chunk);
    yield chunk;
  }
}

function sizeOf(sys: Sys, path: AbsolutePath): number {
  const file = sys.open(path);
  file.close();
  return file.size;
}

function quietly(attempt: () => void): void {
  try {
    attempt();
  } catch (error) {
    if (!(error instanceof BuildError)) throw error;
  }
}
