import { createHash } from 'node:crypto';
import { BuildError } from '../model/errors.ts';

/** The chunks of what has a digest, and an error at their end where they are others. */
export function* sameBytes(
  { chunks, sha256 }: { readonly chunks: Iterable<Uint8Array>; readonly sha256: string },
  path: string,
): Generator<Uint8Array> {
  const hash = createHash('sha256');
  for (const chunk of chunks) {
    hash.update(chunk);
    yield chunk;
  }
  if (hash.digest('hex') === sha256) return;
  throw new BuildError(`Cannot place "${path}": the image changed after it was verified`, {
    hint: 'Check the memory and the disk of this machine, then build again',
  });
}
