import { createHash } from 'node:crypto';
import type { AbsolutePath } from '../../model/brands.ts';
import type { Digest } from '../../model/packages.ts';
import type { Sys } from '../../model/sys.ts';

/** The digest of a file of this machine, in hex. */
export function hashOf(sys: Sys, path: AbsolutePath, algorithm: Digest['algorithm']): string {
  const hash = createHash(algorithm);
  for (const chunk of chunksOf(sys, path)) hash.update(chunk);
  return hash.digest('hex');
}

export function isIntact(sys: Sys, path: AbsolutePath, digest: Digest | undefined): boolean {
  return digest === undefined || hashOf(sys, path, digest.algorithm) === digest.hex;
}

/** A file of this machine in chunks, so that no archive is held in memory as a whole. */
export function* chunksOf(sys: Sys, path: AbsolutePath): Generator<Buffer> {
  const file = sys.open(path);
  try {
    for (let at = 0; at < file.size; at += chunkSize) yield file.read(at, chunkSize);
  } finally {
    file.close();
  }
}

const chunkSize = 1 << 20;
