// Headers of LUKS1 and LUKS2 (cryptsetup's on-disk format documents): which ciphers and hashes a disk needs to open.
import { clevisPins } from './clevis.ts';

export interface LuksHeader {
  readonly version: 1 | 2;
  /** As dm-crypt names them, for example `aes-xts-plain64`, sorted. */
  readonly ciphers: readonly string[];
  /** For example `sha256`, sorted. */
  readonly hashes: readonly string[];
  /** Types of its tokens, for example `systemd-tpm2`, and what decrypts those of Clevis, for example `clevis:tang`; sorted. */
  readonly tokens: readonly string[];
}

/** Bytes from a device's start that hold what is read here: LUKS2's usual header area. */
export const LUKS_HEADER_BYTES = 16_384;

/** undefined where the bytes are no LUKS header; a LUKS2 header whose JSON cannot be read names no ciphers. */
export function parseLuksHeader(bytes: Buffer): LuksHeader | undefined {
  if (bytes.length < 592 || bytes.toString('latin1', 0, 6) !== 'LUKS\u00ba\u00be') return undefined;
  switch (bytes.readUInt16BE(6)) {
    case 1: {
      const [name, mode, hash] = [text(bytes, 8), text(bytes, 40), text(bytes, 72)];
      return { version: 1, ciphers: [`${name}-${mode}`], hashes: [hash], tokens: [] };
    }
    case 2:
      return { version: 2, ...metadata(text(bytes, 4096, bytes.length)) };
    default:
      return undefined;
  }
}

function text(bytes: Buffer, start: number, end = start + 32): string {
  return bytes.toString('latin1', start, end).replace(/\0.*$/s, '');
}

// Only these keys hold names of ciphers and hashes, wherever in the tree they stand.
const cipherKeys = new Set(['encryption']);
const hashKeys = new Set(['hash']);

function metadata(json: string): Omit<LuksHeader, 'version'> {
  const [ciphers, hashes, tokens] = [new Set<string>(), new Set<string>(), new Set<string>()];
  // A list, not recursion: the disk says how deep its JSON goes.
  const pending: { key: string; value: unknown; area: string | undefined }[] = [
    { key: '', value: parsed(json), area: undefined },
  ];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const { key, value, area } = next;
    if (typeof value === 'object' && value !== null) {
      for (const [name, each] of Object.entries(value)) {
        pending.push({ key: name, value: each, area: key === '' ? undefined : (area ?? key) });
      }
      // Authenticated encryption: { "integrity": { "type": "hmac(sha256)" } }.
    } else if (typeof value === 'string') {
      if (cipherKeys.has(key)) ciphers.add(value);
      if (hashKeys.has(key)) hashes.add(value);
      if (key === 'type' && value.includes('(')) hashes.add(value);
      if (key === 'type' && area === 'tokens') tokens.add(value);
      // { "type": "clevis", "jwe": { "protected": "…" } }
      if (key === 'protected' && area === 'tokens') {
        for (const pin of clevisPins(value)) tokens.add(`clevis:${pin}`);
      }
    }
  }
  return {
    ciphers: [...ciphers].sort(),
    hashes: [...hashes].sort(),
    tokens: [...tokens].sort(),
  };
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
