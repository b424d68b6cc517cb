import { contentSize, dataPadding, encodeHead, encodeTrailer } from '../formats/newc.ts';
import { BuildError } from '../model/errors.ts';
import type { Entry, FileContent } from '../model/image.ts';
import type { Sys } from '../model/sys.ts';

const chunkBytes = 1024 * 1024;

/**
 * A member's entries as one newc archive, in chunks of about a mebibyte. Inodes are numbered from 1, so that two
 * builds are equal. A file that changed its size since it was listed is an error: the archive would be corrupt.
 */
export function* archive(sys: Sys, entries: readonly Entry[]): Generator<Uint8Array> {
  let pending: Uint8Array[] = [];
  let held = 0;
  for (const piece of pieces(sys, entries)) {
    pending.push(piece);
    held += piece.length;
    if (held < chunkBytes) continue;
    yield Buffer.concat(pending, held);
    pending = [];
    held = 0;
  }
  if (held > 0) yield Buffer.concat(pending, held);
}

function* pieces(sys: Sys, entries: readonly Entry[]): Generator<Uint8Array> {
  for (const [index, entry] of entries.entries()) {
    yield encodeHead(entry, index + 1);
    if (entry.type !== 'file') continue;
    yield* content(sys, entry.path, entry.content);
    yield dataPadding(contentSize(entry));
  }
  yield encodeTrailer();
}

function* content(sys: Sys, path: string, source: FileContent): Generator<Uint8Array> {
  if (source.type === 'bytes') {
    yield source.bytes;
    return;
  }
  const file = sys.open(source.source);
  try {
    if (file.size !== source.size) throw changed(path, source.size, file.size);
    for (let at = 0; at < source.size; at += chunkBytes) {
      const wanted = Math.min(chunkBytes, source.size - at);
      const chunk = file.read(at, wanted);
      if (chunk.length !== wanted) throw changed(path, source.size, at + chunk.length);
      yield chunk;
    }
  } finally {
    file.close();
  }
}

function changed(path: string, listed: number, found: number): BuildError {
  return new BuildError(
    `Cannot archive "${path}": it had ${listed} bytes when it was listed, now ${found}`,
    { hint: 'Something writes to the tree while it is packed; build again' },
  );
}
