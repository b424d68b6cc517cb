/**
 * A file that tells by itself whether it is whole: a line with a word and the length of what follows, JSON of that
 * length, blobs one after the other, and the SHA-256 of all that in hex with a line feed.
 */
export interface SealedHead {
  /** Names the entry, so that a file under another's name is not taken for it. */
  readonly name: string;
  readonly data: unknown;
  readonly blobs: readonly { readonly name: string; readonly bytes: number }[];
}

/** Bytes of the seal at the end: 64 hex digits and a line feed. */
export const sealBytes = 65;

/** Bytes of the first line. */
export const firstLineBytes = 32;

export function encodeSealedHead(head: SealedHead): Buffer {
  const json = Buffer.from(JSON.stringify(head));
  return Buffer.concat([
    Buffer.from(`${word}${String(json.length).padStart(digits, '0')}\n`),
    json,
  ]);
}

/** The length of the JSON by the first line; undefined where it is none of ours. */
export function jsonBytes(firstLine: Uint8Array): number | undefined {
  const [, length] = firstLinePattern.exec(Buffer.from(firstLine).toString('latin1')) ?? [];
  return length === undefined ? undefined : Number(length);
}

/** Undefined where it is no JSON of that form. The seal is for the caller to check. */
export function parseSealedHead(json: Uint8Array): SealedHead | undefined {
  let head: unknown;
  try {
    head = JSON.parse(Buffer.from(json).toString('utf8'));
  } catch {
    return undefined;
  }
  return isHead(head) ? head : undefined;
}

const word = 'pkginitrd-sealed-1 ';
const digits = firstLineBytes - word.length - 1;
const firstLinePattern = new RegExp(`^${word}([0-9]{${digits}})\n$`);

function isHead(value: unknown): value is SealedHead {
  if (typeof value !== 'object' || value === null) return false;
  if (!('name' in value && 'data' in value && 'blobs' in value)) return false;
  const { name, blobs } = value;
  return typeof name === 'string' && Array.isArray(blobs) && blobs.every(isBlob);
}

function isBlob(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (!('name' in value && 'bytes' in value)) return false;
  const { name, bytes } = value;
  return typeof name === 'string' && Number.isSafeInteger(bytes) && Number(bytes) >= 0;
}
