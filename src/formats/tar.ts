import { BuildError } from '../model/errors.ts';
import { pathBytes } from '../model/path-bytes.ts';

// ustar headers with GNU tar's long names: what dpkg-deb and libarchive both read (tar(5)).

export type TarEntry = {
  readonly path: string;
  /** Permission bits, 0 to 0o7777. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Names, which count for more than the numbers where the reader knows them; empty: none. */
  readonly owner: string;
  readonly group: string;
  /** Seconds since 1970. */
  readonly mtime: number;
} & (
  | { readonly type: 'file'; readonly size: number }
  | { readonly type: 'directory' }
  | { readonly type: 'symlink'; readonly target: string }
);

const blockSize = 512;

/** The bytes before an entry's content: its header, and headers for names that do not fit into it. */
export function encodeTarHead(entry: TarEntry): Buffer {
  const target = entry.type === 'symlink' ? entry.target : '';
  const path = entry.type === 'directory' ? `${entry.path}/` : entry.path;
  return Buffer.concat([
    ...(byteLength(target) > nameSize ? longName('K', target) : []),
    ...(byteLength(path) > nameSize ? longName('L', path) : []),
    header(typeCodes[entry.type], path, target, entry, entry.type === 'file' ? entry.size : 0),
  ]);
}

/** Zeros from the end of a file of `size` bytes to the next header. */
export function tarPadding(size: number): Buffer {
  return Buffer.alloc((blockSize - (size % blockSize)) % blockSize);
}

export function encodeTarEnd(): Buffer {
  return Buffer.alloc(2 * blockSize);
}

const typeCodes = { file: '0', directory: '5', symlink: '2' } as const satisfies Record<
  TarEntry['type'],
  string
>;

const nameSize = 100;

function longName(type: 'K' | 'L', name: string): readonly Buffer[] {
  const bytes = pathBytes(`${name}\0`);
  const nobody = { mode: 0o644, uid: 0, gid: 0, owner: 'root', group: 'root', mtime: 0 };
  return [header(type, '././@LongLink', '', nobody, bytes.length), bytes, tarPadding(bytes.length)];
}

type Attributes = Pick<TarEntry, 'mode' | 'uid' | 'gid' | 'owner' | 'group' | 'mtime'>;

function header(
  type: string,
  path: string,
  target: string,
  { mode, uid, gid, owner, group, mtime }: Attributes,
  size: number,
): Buffer {
  const block = Buffer.alloc(blockSize);
  const put = (at: number, length: number, text: string) =>
    pathBytes(text).subarray(0, length).copy(block, at);
  const octal = (at: number, length: number, value: number) => {
    const digits = value.toString(8).padStart(length - 1, '0');
    if (digits.length >= length || value < 0) {
      throw new BuildError(`Cannot archive "${path}": ${value} does not fit into a tar header`);
    }
    put(at, length, digits);
  };
  put(0, nameSize, path);
  octal(100, 8, mode);
  octal(108, 8, uid);
  octal(116, 8, gid);
  octal(124, 12, size);
  octal(136, 12, mtime);
  put(148, 8, ' '.repeat(8));
  put(156, 1, type);
  put(157, nameSize, target);
  put(257, 8, 'ustar  ');
  put(265, 31, owner);
  put(297, 31, group);
  const sum = block.reduce((total, byte) => total + byte, 0);
  put(148, 8, `${sum.toString(8).padStart(6, '0')}\0 `);
  return block;
}

function byteLength(text: string): number {
  return pathBytes(text).length;
}
