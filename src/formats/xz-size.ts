// The size of an .xz file's content from its index (tukaani.org/xz/xz-file-format.txt, sections 2.1.2 and 4).
import type { ReadAt } from './read-at.ts';

/**
 * Bytes that a file of one .xz stream decompresses to; undefined for everything else, padded and joined streams
 * among it. Reads the file's end only.
 */
export function xzContentSize(read: ReadAt, fileSize: number): number | undefined {
  if (fileSize < HEADER + FOOTER) return undefined;
  const footer = read(fileSize - FOOTER, FOOTER);
  if (footer.toString('latin1', 10) !== 'YZ') return undefined;
  const indexSize = (footer.readUInt32LE(4) + 1) * 4;
  const indexAt = fileSize - FOOTER - indexSize;
  if (indexAt < HEADER) return undefined;
  const next = integers(read(indexAt + 1, indexSize - 1));
  const blocks = next();
  let [stored, content] = [0, 0];
  for (let block = 0; block < blocks; block++) {
    stored += Math.ceil(next() / 4) * 4;
    content += next();
    if (!(stored <= indexAt)) return undefined;
  }
  // Bytes that the index does not account for belong to another stream.
  return HEADER + stored === indexAt ? content : undefined;
}

const HEADER = 12;
const FOOTER = 12;

// Variable-length integers (section 1.2): seven bits a byte, lowest first. NaN where the bytes end.
function integers(bytes: Buffer): () => number {
  let at = 0;
  return () => {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = bytes[at++];
      if (byte === undefined) return Number.NaN;
      value += (byte & 127) * scale;
      if (byte < 128) return value;
    }
  };
}
