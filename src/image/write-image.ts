import { createHash } from 'node:crypto';
import { absolutePath, type AbsolutePath } from '../model/brands.ts';
import { BuildError } from '../model/errors.ts';
import type { Codec, Entry, WrittenPart } from '../model/image.ts';
import type { PartPlan } from '../model/plan.ts';
import type { Sys } from '../model/sys.ts';
import { archive } from './archive.ts';

// The reader of an image holds pieces of several chunks, so they share no buffer. Small chunks are collected sooner.
const chunkBytes = 256 * 1024;

/** The parts one after the other, read back ones with their digests checked, each padded to four bytes: the kernel looks for an archive only there. */
export function* concatenate(sys: Sys, parts: readonly WrittenPart[]): Generator<Uint8Array> {
  for (const part of parts) {
    yield* partChunks(sys, part);
    const padding = (4 - (part.bytes % 4)) % 4;
    if (padding > 0) yield Buffer.alloc(padding);
  }
}

function* partChunks(sys: Sys, { name, file, sha256 }: WrittenPart): Generator<Uint8Array> {
  const hash = createHash('sha256');
  for (const chunk of fileChunks(sys, file)) {
    if (sha256 !== undefined) hash.update(chunk);
    yield chunk;
  }
  if (sha256 !== undefined && hash.digest('hex') !== sha256) {
    throw new BuildError(
      `Cannot use the ${name} part in "${file}": it changed after it was read back`,
      { hint: 'Check the memory and the disk of this machine, then build again' },
    );
  }
}

/** Reads a file in chunks that the caller may keep. */
export function* fileChunks(sys: Sys, path: AbsolutePath): Generator<Uint8Array> {
  const file = sys.open(path);
  try {
    for (let at = 0; at < file.size; at += chunkBytes) yield file.read(at, chunkBytes);
  } finally {
    file.close();
  }
}

/** Writes entries as an uncompressed archive and returns its file. */
export async function writeEntries(
  sys: Sys,
  entries: readonly Entry[],
  file: AbsolutePath,
): Promise<AbsolutePath> {
  await sys.writeNew(file, archive(sys, entries), 0o600);
  return file;
}

/** Writes one member's compressed archive into `directory` and counts what went in. */
export async function writePart(
  sys: Sys,
  { name, compression, level }: PartPlan,
  entries: readonly Entry[],
  directory: AbsolutePath,
  { compress }: Codec,
): Promise<WrittenPart> {
  const file = absolutePath(`${directory}/${name}.part`);
  let unpackedBytes = 0;
  function* counted(): Generator<Uint8Array> {
    for (const chunk of archive(sys, entries)) {
      unpackedBytes += chunk.length;
      yield chunk;
    }
  }
  const { bytes } = await sys.writeNew(file, compress(counted(), compression, level), 0o600);
  return { name, compression, file, bytes, unpackedBytes, entries: entries.length };
}
