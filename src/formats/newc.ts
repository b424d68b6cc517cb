// The writing half of cpio "newc" (Linux, Documentation/driver-api/early-userspace/buffer-format.rst).
import { BuildError } from '../model/errors.ts';
import type { Entry } from '../model/image.ts';
import { pathBytes } from '../model/path-bytes.ts';

/**
 * Everything of an entry but the content of a regular file: header, name, padding and, for a symlink, its padded
 * target. For a file the caller appends exactly the content's bytes and `dataPadding` of their number. The link
 * count is 1 throughout, directories too: from 2 on the kernel would look for hard links by inode.
 * @throws BuildError where a value does not fit into the format or the kernel would skip the entry
 */
export function encodeHead(entry: Entry, ino: number): Buffer {
  checkPath(entry.path);
  const name = pathBytes(`${entry.path}\0`);
  // The kernel silently skips names that are longer than PATH_MAX with their NUL.
  if (name.length > PATH_MAX) throw tooLarge(entry.path, 'a name', name.length - 1, PATH_MAX - 1);
  const target = entry.type === 'symlink' ? symlinkTarget(entry.path, entry.target) : undefined;
  const size = target?.length ?? contentSize(entry);
  if (size > UINT32_MAX) throw tooLarge(entry.path, 'a file', size, UINT32_MAX);
  const device = entry.type === 'character' || entry.type === 'block' ? entry : NO_DEVICE;
  const fields = [
    ['inode number', ino],
    ['mode', typeBits(entry.type) | checkMode(entry)],
    ['uid', entry.uid],
    ['gid', entry.gid],
    ['link count', 1],
    ['modification time', entry.mtime],
    ['size', size],
    ['device major number', 0],
    ['device minor number', 0],
    ['major number', device.major],
    ['minor number', device.minor],
    ['name length', name.length],
    ['checksum', 0],
  ] as const;
  const header = fields.map(([label, value]) => hex(entry.path, label, value)).join('');
  const head = [Buffer.from(MAGIC + header), name, zeros(HEADER_LENGTH + name.length)];
  if (target !== undefined) head.push(target, dataPadding(target.length));
  return Buffer.concat(head);
}

/** Bytes of content that follow the head, padding not counted: 0 for all but regular files. */
export function contentSize(entry: Entry): number {
  if (entry.type !== 'file') return 0;
  const { content } = entry;
  switch (content.type) {
    case 'bytes':
      return content.bytes.length;
    case 'file':
      return content.size;
    default:
      return content satisfies never;
  }
}

/** Zeros that follow `size` bytes of data up to the next multiple of four. */
export function dataPadding(size: number): Buffer {
  return zeros(size);
}

/** The entry that ends an archive; its length is a multiple of four. */
export function encodeTrailer(): Buffer {
  const name = Buffer.from('TRAILER!!!\0');
  const values = [0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, name.length, 0];
  const header = MAGIC + values.map((value) => hex('TRAILER!!!', 'field', value)).join('');
  return Buffer.concat([Buffer.from(header), name, zeros(HEADER_LENGTH + name.length)]);
}

const MAGIC = '070701';
const HEADER_LENGTH = 110;
const PATH_MAX = 4096;
const UINT32_MAX = 0xffffffff;
const NO_DEVICE = { major: 0, minor: 0 };

function checkPath(path: string): void {
  const parts = path.split('/');
  const strange = parts.some((part) => part === '' || part === '.' || part === '..');
  // An entry of the trailer's name would end the archive for every reader.
  if (strange || path.includes('\0') || path === 'TRAILER!!!') {
    throw new BuildError(
      `Cannot write cpio entry "${path}": the path has to be relative, without empty, "." or ".." parts`,
    );
  }
}

function symlinkTarget(path: string, rawTarget: string): Buffer {
  const target = pathBytes(rawTarget);
  if (target.length === 0 || rawTarget.includes('\0')) {
    throw new BuildError(`Cannot write cpio entry "${path}": "${rawTarget}" is no symlink target`);
  }
  if (target.length > PATH_MAX - 1) {
    throw tooLarge(path, 'a symlink target', target.length, PATH_MAX - 1);
  }
  return target;
}

function typeBits(type: Entry['type']): number {
  switch (type) {
    case 'directory':
      return 0o040000;
    case 'symlink':
      return 0o120000;
    case 'file':
      return 0o100000;
    case 'character':
      return 0o020000;
    case 'block':
      return 0o060000;
    default:
      return type satisfies never;
  }
}

function checkMode({ path, mode }: Entry): number {
  if (Number.isInteger(mode) && mode >= 0 && mode <= 0o7777) return mode;
  throw new BuildError(
    `Cannot write cpio entry "${path}": mode is ${mode}, has to be between 0 and 07777`,
  );
}

function hex(path: string, label: string, value: number): string {
  if (!Number.isInteger(value) || value < 0 || value > UINT32_MAX) {
    throw new BuildError(
      `Cannot write cpio entry "${path}": ${label} is ${value}, has to be between 0 and ${UINT32_MAX}`,
    );
  }
  return value.toString(16).padStart(8, '0');
}

function tooLarge(path: string, what: string, size: number, limit: number): BuildError {
  const shown = path.length > 100 ? `${path.slice(0, 100)}…` : path;
  return new BuildError(
    `Cannot write cpio entry "${shown}": ${what} has ${size} bytes, the kernel takes at most ${limit}`,
  );
}

function zeros(length: number): Buffer {
  return Buffer.alloc((4 - (length % 4)) % 4);
}
