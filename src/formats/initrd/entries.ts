import { byteReader } from '../byte-reader.ts';
import { readNewc, type NewcEntry } from '../newc-reader.ts';
import { BuildError } from '../../model/errors.ts';
import type { StreamedEntry } from '../../model/image.ts';
import { pathText } from '../../model/path-bytes.ts';

/**
 * Reads the entries of an uncompressed archive. The content of a file can be read once, and only until the next entry is
 * asked for.
 */
export async function* readEntries(
  archive: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): AsyncGenerator<StreamedEntry> {
  for await (const entry of readNewc(byteReader(archive), () => 'stream')) yield toEntry(entry);
}

const typeMask = 0o170000;

function toEntry(entry: NewcEntry): StreamedEntry {
  const { path, mode: bits, uid, gid, mtime, size, data, content, rmajor, rminor } = entry;
  const common = { path, mode: bits & ~typeMask, uid, gid, mtime };
  switch (bits & typeMask) {
    case 0o040000:
      return { ...common, type: 'directory' };
    case 0o100000:
      return {
        ...common,
        type: 'file',
        content: { type: 'stream', size, chunks: content ?? nothing() },
      };
    case 0o120000:
      return { ...common, type: 'symlink', target: pathText(data ?? Buffer.alloc(0)) };
    case 0o020000:
      return { ...common, type: 'character', major: rmajor, minor: rminor };
    case 0o060000:
      return { ...common, type: 'block', major: rmajor, minor: rminor };
    default:
      throw new BuildError(`Cannot read "${path}" of the image: its mode is ${bits.toString(8)}`);
  }
}

async function* nothing(): AsyncGenerator<never> {}
