// ar(5) archives, as far as a .deb (deb(5)) needs them.

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
