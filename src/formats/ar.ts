// ar(5) archives, as far as a .deb (deb(5)) needs them.
import type { ReadAt } from './read-at.ts';

export const arMagic = '!<arch>\n';

/** The header of a member; its content follows. Members of an odd size would need a newline after them. */
export function encodeArHeader(name: string, size: number, mtime: number): Buffer {
  const fields = [
    name.padEnd(16),
    `${mtime}`.padEnd(12),
    '0'.padEnd(6),
    '0'.padEnd(6),
    '100644'.padEnd(8),
    `${size}`.padEnd(10),
    '`\n',
  ];
  return Buffer.from(fields.join(''), 'latin1');
}

/** The digits of a member's size, and where they stand in its header: for one that is known when the content is written. */
export function arSizeField(size: number): Buffer {
  return Buffer.from(`${size}`.padEnd(10), 'latin1');
}

export const arSizeOffset = 48;
export const arHeaderSize = 60;

export interface ArMember {
  readonly name: string;
  /** Of the header in the archive. */
  readonly offset: number;
  readonly size: number;
  /** Seconds since 1970. */
  readonly mtime: number;
}

/** The members up to the end, or to what is no member. */
export function* readArMembers(read: ReadAt): Generator<ArMember> {
  if (read(0, arMagic.length).toString('latin1') !== arMagic) return;
  for (let offset = arMagic.length; ;) {
    const [, name = '', mtime, size] =
      /^(.{16})(\d+) *.{20}(\d+) *`\n$/s.exec(read(offset, arHeaderSize).toString('latin1')) ?? [];
    if (size === undefined) return;
    // GNU ar ends names with a slash.
    const member = { name: name.trimEnd().replace(/\/$/, ''), offset, size: Number(size) };
    yield { ...member, mtime: Number(mtime) };
    offset += arHeaderSize + member.size + (member.size % 2);
  }
}
