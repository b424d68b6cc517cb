// Archives put together here and not by the program's writer, so that they can be of any kind.

export interface RawEntry {
  readonly path: string | Buffer;
  /** 0o100644 by default. */
  readonly mode?: number;
  readonly data?: string | Buffer;
  readonly uid?: number;
  readonly gid?: number;
  readonly nlink?: number;
  readonly ino?: number;
  readonly mtime?: number;
  readonly rdev?: readonly [number, number];
  readonly magic?: string;
}

/** A newc archive with its trailer. */
export function rawCpio(...entries: readonly RawEntry[]): Buffer {
  return Buffer.concat([...entries, { path: 'TRAILER!!!', mode: 0 }].map(rawEntry));
}

export function rawEntry(entry: RawEntry, index = 0): Buffer {
  const { path, mode = 0o100644, data = '', magic = '070701', rdev = [0, 0] } = entry;
  const name = Buffer.concat([Buffer.from(path), Buffer.alloc(1)]);
  const body = Buffer.from(data);
  const { uid = 0, gid = 0, nlink = 1, ino = index + 1, mtime = 7 } = entry;
  const numbers = [ino, mode, uid, gid, nlink, mtime, body.length, 8, 1, ...rdev, name.length, 0];
  const fields = numbers.map((number) => number.toString(16).padStart(8, '0')).join('');
  const head = Buffer.concat([Buffer.from(`${magic}${fields}`), name]);
  return Buffer.concat([padded(head), padded(body)]);
}

/** With zeros up to a multiple of four. */
export function padded(bytes: Buffer): Buffer {
  return Buffer.concat([bytes, Buffer.alloc((4 - (bytes.length % 4)) % 4)]);
}

export const directory = (path: string, more: Partial<RawEntry> = {}): RawEntry => ({
  path,
  mode: 0o040755,
  ...more,
});

export const link = (path: string, target: string): RawEntry => ({
  path,
  mode: 0o120777,
  data: target,
});
