import { byteReader } from '../byte-reader.ts';
import { readNewc, type NewcEntry } from '../newc-reader.ts';
import { BuildError } from '../../model/errors.ts';
import type { Entry } from '../../model/image.ts';
import { pathText } from '../../model/path-bytes.ts';

/**
 * Reads the entries of an uncompressed archive. The content of a file is valid only until the next entry is asked
 * for.
 */
export async function* readEntries(
  archive: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): AsyncGenerator<Entry> {
  for await (const entry of readNewc(byteReader(archive))) yield toEntry(entry);
}

const typeMask = 0o170000;

function toEntry({ path, mode: bits, uid, gid, mtime, data, rmajor, rminor }: NewcEntry): Entry {
  const common = { path, mode: bits & ~typeMask, uid, gid, mtime };
  const bytes = data ?? Buffer.alloc(0);
  switch (bits & typeMask) {
    case 0o040000:
      return { ...common, type: 'directory' };
    case 0o100000:
      return { ...common, type: 'file', content: { type: 'bytes', bytes } };
    case 0o120000:
      return { ...common, type: 'symlink', target: pathText(bytes) };
    case 0o020000:
      return { ...common, type: 'character', major: rmajor, minor: rminor };
    case 0o060000:
      return { ...common, type: 'block', major: rmajor, minor: rminor };
    default:
      throw new BuildError(`Cannot read "${path}" of the image: its mode is ${bits.toString(8)}`);
  }
}
