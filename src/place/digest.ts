import { createHash } from 'node:crypto';
import { absolutePath, type AbsolutePath } from '../model/brands.ts';
import type { Sys } from '../model/sys.ts';

/** SHA-256 of a file in hex. */
export function digestOf(sys: Sys, path: AbsolutePath): string {
  const hash = createHash('sha256');
  for (const chunk of chunksOf(sys, path)) hash.update(chunk);
  return hash.digest('hex');
}

/** True where both are files with the same bytes. */
export function areSame(sys: Sys, one: AbsolutePath, other: AbsolutePath): boolean {
  const machine = sys.root(absolutePath('/'));
  const [a, b] = [machine.stat(one), machine.stat(other)];
  if (a?.type !== 'file' || b?.type !== 'file' || a.size !== b.size) return false;
  return digestOf(sys, one) === digestOf(sys, other);
}

/** A file's bytes, a mebibyte at a time. */
export function* chunksOf(sys: Sys, path: AbsolutePath): Generator<Uint8Array> {
  const file = sys.open(path);
  try {
    for (let at = 0; at < file.size; at += 2 ** 20) yield file.read(at, 2 ** 20);
  } finally {
    file.close();
  }
}
