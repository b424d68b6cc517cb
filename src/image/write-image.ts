import type { AbsolutePath } from '../model/brands.ts';
import type { Entry, WrittenPart } from '../model/image.ts';
import type { PartName } from '../model/plan.ts';
import type { Sys } from '../model/sys.ts';
import { archive } from './archive.ts';

// Whoever reads an image back holds pieces of several chunks, so each is of its own; small ones are collected sooner.
const chunkBytes = 256 * 1024;

/** The parts one after the other, each padded to four bytes: the kernel looks for an archive only there. */
export function* concatenate(sys: Sys, parts: readonly WrittenPart[]): Generator<Uint8Array> {
  for (const part of parts) {
    yield* fileChunks(sys, part.file);
    const padding = (4 - (part.bytes % 4)) % 4;
    if (padding > 0) yield Buffer.alloc(padding);
  }
}

function* fileChunks(sys: Sys, path: AbsolutePath): Generator<Uint8Array> {
  const file = sys.open(path);
  try {
    for (let at = 0; at < file.size; at += chunkBytes) yield file.read(at, chunkBytes);
  } finally {
    file.close();
  }
}

/** Writes one member's compressed archive to `file` and counts what went in. */
export async function writePart(
  sys: Sys,
  name: PartName,
  entries: readonly Entry[],
  compressed: (archive: Iterable<Uint8Array>) => AsyncIterable<Uint8Array>,
  file: AbsolutePath,
): Promise<WrittenPart> {
  let unpackedBytes = 0;
  function* counted(): Generator<Uint8Array> {
    for (const chunk of archive(sys, entries)) {
      unpackedBytes += chunk.length;
      yield chunk;
    }
  }
  const { bytes } = await sys.writeAtomically(file, compressed(counted()), 0o600);
  return { name, file, bytes, unpackedBytes, entries: entries.length };
}
