/**
 * A path or link target as text. Linux takes any bytes but NUL; those that are no UTF-8 become lone surrogates,
 * U+DC80 to U+DCFF, one a byte, as Python's "surrogateescape" does: pathBytes() gives the same bytes back.
 */
export function pathText(bytes: Uint8Array): string {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const text = buffer.toString('utf8');
  // Only what could not be read, and U+FFFD itself, has this character.
  return text.includes('\ufffd') ? escaped(buffer) : text;
}

/** The bytes that pathText() made the text of. */
export function pathBytes(text: string): Buffer {
  if (!hasEscapes(text)) return Buffer.from(text);
  return Buffer.concat(
    Array.from(text, (character) =>
      hasEscapes(character)
        ? Buffer.from([character.charCodeAt(0) - escapes])
        : Buffer.from(character),
    ),
  );
}

/** True where the text stands for bytes that are no UTF-8. */
export function hasEscapes(text: string): boolean {
  // Asked for every path: most texts cannot hold any such character, which the engine sees at once.
  return /[\udc80-\udcff]/.test(text) && /[\udc80-\udcff]/u.test(text);
}

/** Orders texts as their bytes are ordered. */
export function bytewise(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let at = 0; at < length; at += 1) {
    const [one, other] = [a.charCodeAt(at), b.charCodeAt(at)];
    if (one === other) continue;
    if (one < surrogates && other < surrogates) return one - other;
    return Buffer.compare(pathBytes(a), pathBytes(b));
  }
  return a.length - b.length;
}

// Below them, UTF-16 and UTF-8 have one order.
const surrogates = 0xd800;

const escapes = 0xdc00;

function escaped(buffer: Buffer): string {
  let text = '';
  for (let at = 0; at < buffer.length;) {
    const length = characterLength(buffer, at);
    text +=
      length === 0
        ? String.fromCharCode(escapes + buffer.readUInt8(at))
        : buffer.toString('utf8', at, at + length);
    at += Math.max(length, 1);
  }
  return text;
}

// Bytes of the character that begins at `at`, 0 where none does: what comes back as the same bytes is one.
function characterLength(buffer: Buffer, at: number): number {
  for (let length = 1; length <= 4 && at + length <= buffer.length; length += 1) {
    const bytes = buffer.subarray(at, at + length);
    if (Buffer.from(bytes.toString('utf8')).equals(bytes)) return length;
  }
  return 0;
}
