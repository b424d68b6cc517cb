// crypt(5) hashes of method $6$ (Ulrich Drepper, Unix crypt using SHA-256 and SHA-512). The steps are his.
import { createHash } from 'node:crypto';
import { BuildError } from '../model/errors.ts';

/**
 * The `$6$…` hash for shadow(5). Salt beyond 16 characters is cut off, as crypt(3) does; `rounds` are written into the
 * hash only where given.
 * @throws BuildError for a salt with `$`, `:` or a newline, which shadow(5) could not hold
 */
export function sha512Crypt(password: string, rawSalt: string, rounds?: number): string {
  if (/[$:\n]/.test(rawSalt)) {
    throw new BuildError('Cannot hash the password: the salt has "$", ":" or a newline in it');
  }
  const salt = rawSalt.slice(0, 16);
  const count = Math.min(Math.max(rounds ?? 5000, 1000), 999_999_999);
  const digest = stretch(Buffer.from(password), Buffer.from(salt), count);
  const roundsField = rounds === undefined ? '' : `rounds=${count}$`;
  return `$6$${roundsField}${salt}$${encode(digest)}`;
}

function stretch(password: Buffer, salt: Buffer, rounds: number): Buffer {
  const alternate = sha512(password, salt, password);
  const bits: Buffer[] = [];
  for (let length = password.length; length > 0; length >>= 1) {
    bits.push((length & 1) === 1 ? alternate : password);
  }
  let digest = sha512(password, salt, repeat(alternate, password.length), ...bits);
  const p = repeat(
    sha512(...Array.from({ length: password.length }, () => password)),
    password.length,
  );
  const saltRepeats = 16 + (digest[0] ?? 0);
  const s = repeat(sha512(...Array.from({ length: saltRepeats }, () => salt)), salt.length);
  for (let round = 0; round < rounds; round++) {
    const odd = round % 2 === 1;
    digest = sha512(
      odd ? p : digest,
      round % 3 === 0 ? EMPTY : s,
      round % 7 === 0 ? EMPTY : p,
      odd ? digest : p,
    );
  }
  return digest;
}

const EMPTY = Buffer.alloc(0);
const ALPHABET = './0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

function sha512(...parts: readonly Buffer[]): Buffer {
  const hash = createHash('sha512');
  for (const part of parts) hash.update(part);
  return hash.digest();
}

/** The digest over and over, up to `length` bytes. */
function repeat(digest: Buffer, length: number): Buffer {
  return Buffer.alloc(length, digest);
}

/** crypt's own base 64 over bytes in crypt's own order: columns of 21 bytes, each row turned by one. */
function encode(digest: Buffer): string {
  let text = '';
  for (let row = 0; row < 21; row++) {
    const columns = [row, row + 21, row + 42];
    const turn = row % 3;
    const [high, middle, low] = [0, 1, 2].map(
      (column) => digest[columns[(column + turn) % 3] ?? 0] ?? 0,
    );
    text += encodeBits(((high ?? 0) << 16) | ((middle ?? 0) << 8) | (low ?? 0), 4);
  }
  return text + encodeBits(digest[63] ?? 0, 2);
}

function encodeBits(rawBits: number, characters: number): string {
  let bits = rawBits;
  let text = '';
  for (let i = 0; i < characters; i++, bits >>= 6) text += ALPHABET[bits & 63] ?? '';
  return text;
}
