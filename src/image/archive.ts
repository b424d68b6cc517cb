import { contentSize, dataPadding, encodeHead, encodeTrailer } from '../formats/newc.ts';
import { BuildError } from '../model/errors.ts';
import type { Entry } from '../model/image.ts';
import type { OpenFile, Sys } from '../model/sys.ts';

const chunkBytes = 1024 * 1024;

/**
 * A member's entries as one newc archive, in chunks of a mebibyte. Inodes are numbered from 1, so that two builds
 * are equal. A file that changed its size since it was listed is an error: the archive would be corrupt.
 *
 * All chunks share one buffer: use or copy each before the next is asked for. A fresh one for each would grow the
 * process by the size of the image before anything is collected.
 */
export function* archive(sys: Sys, entries: readonly Entry[]): Generator<Uint8Array> {
  const buffer = Buffer.allocUnsafe(chunkBytes);
  let filled = 0;
  function* put(bytes: Uint8Array): Generator<Uint8Array> {
    for (let at = 0; at < bytes.length;) {
      const count = Math.min(bytes.length - at, chunkBytes - filled);
      buffer.set(bytes.subarray(at, at + count), filled);
      at += count;
      filled += count;
      if (filled < chunkBytes) continue;
      yield buffer;
      filled = 0;
    }
  }
  function* putFile(path: string, file: OpenFile, size: number): Generator<Uint8Array> {
    if (file.size !== size) throw changed(path, size, file.size);
    for (let at = 0; at < size;) {
      const wanted = Math.min(size - at, chunkBytes - filled);
      const count = file.readInto(buffer.subarray(filled, filled + wanted), at);
      if (count !== wanted) throw changed(path, size, at + count);
      at += count;
      filled += count;
      if (filled < chunkBytes) continue;
      yield buffer;
      filled = 0;
    }
  }

  for (const [index, entry] of entries.entries()) {
    yield* put(encodeHead(entry, index + 1));
    if (entry.type !== 'file') continue;
    if (entry.content.type === 'bytes') {
      yield* put(entry.content.bytes);
    } else {
      const file = sys.open(entry.content.source);
      try {
        yield* putFile(entry.path, file, entry.content.size);
      } finally {
        file.close();
      }
    }
    yield* put(dataPadding(contentSize(entry)));
  }
  yield* put(encodeTrailer());
  if (filled > 0) yield buffer.subarray(0, filled);
}

function changed(path: string, listed: number, found: number): BuildError {
  return new BuildError(
    `Cannot archive "${path}": it had ${listed} bytes when it was listed, now ${found}`,
    { hint: 'Something writes to the tree while it is packed; build again' },
  );
}
