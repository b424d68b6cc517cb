import { pathBytes } from '../model/path-bytes.ts';

/** A name for people: what would move their cursor, and what is no UTF-8, as octal numbers like ls(1) has them. */
export function shownName(name: string): string {
  // Nearly all names: the pattern below takes as long as reading their entries.
  if (/^[ -[\]-~]*$/.test(name)) return name;
  return name.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\\\u{dc80}-\u{dcff}]/gu, (character) =>
    character === '\\'
      ? '\\\\'
      : [...pathBytes(character)].map((byte) => `\\${byte.toString(8).padStart(3, '0')}`).join(''),
  );
}
