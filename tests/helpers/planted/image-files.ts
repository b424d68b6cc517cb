import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { byteReader } from '../../../src/formats/byte-reader.ts';
import { readMembers } from '../../../src/formats/initrd/members.ts';
import { contentSize, dataPadding, encodeHead, encodeTrailer } from '../../../src/formats/newc.ts';
import type { NewcEntry } from '../../../src/formats/newc-reader.ts';
import type { Entry } from '../../../src/model/image.ts';

/** Path to what lies there, parents before children; links are not followed. */
export type Files = ReadonlyMap<string, Entry>;

/** The files that an image unpacks to, later members over earlier ones. */
export async function readFiles(image: string): Promise<Files> {
  const files = new Map<string, Entry>();
  const members = await readMembers(byteReader([readFileSync(image)]), decompress, {
    onEntry: (entry) => files.set(entry.path, toEntry(entry)),
    onProblem: ({ message }) => {
      throw new Error(message);
    },
    wants: () => true,
  });
  if (members === undefined) throw new Error(`Cannot read ${image}`);
  return files;
}

/** One archive without compression, which a kernel unpacks like any other image. */
export function writeFiles(files: Files): readonly Uint8Array[] {
  const chunks = [...files.values()].flatMap((entry, index) => {
    const head = encodeHead(entry, index + 1);
    if (entry.type !== 'file' || entry.content.type !== 'bytes') return [head];
    return [head, entry.content.bytes, dataPadding(contentSize(entry))];
  });
  return [...chunks, encodeTrailer()];
}

async function* decompress(
  program: 'zstd' | 'xz',
  chunks: AsyncIterable<Uint8Array>,
): AsyncGenerator<Buffer> {
  const stored: Uint8Array[] = [];
  for await (const chunk of chunks) stored.push(Buffer.from(chunk));
  yield execFileSync(program, ['-dcq'], { input: Buffer.concat(stored), maxBuffer: 2 ** 30 });
}

function toEntry({ path, mode: bits, uid, gid, mtime, data, rmajor, rminor }: NewcEntry): Entry {
  const common = { path, mode: bits & 0o7777, uid, gid, mtime };
  const bytes = Buffer.from(data ?? Buffer.alloc(0));
  switch (bits & 0o170000) {
    case 0o040000:
      return { ...common, type: 'directory' };
    case 0o120000:
      return { ...common, type: 'symlink', target: bytes.toString() };
    case 0o020000:
      return { ...common, type: 'character', major: rmajor, minor: rminor };
    case 0o100000:
      return { ...common, type: 'file', content: { type: 'bytes', bytes } };
    default:
      throw new Error(`Unexpected kind of "${path}"`);
  }
}
