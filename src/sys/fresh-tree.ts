import {
  chmodSync,
  closeSync,
  constants,
  fchmodSync,
  fchownSync,
  fstatSync,
  futimesSync,
  lchownSync,
  linkSync,
  lutimesSync,
  mkdirSync,
  openSync,
  readdirSync,
  realpathSync,
  symlinkSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import type { AbsolutePath } from '../model/brands.ts';
import { BuildError } from '../model/errors.ts';
import type { Attributes, FreshTree, Sys } from '../model/sys.ts';
import { errnoCode, named } from './failure.ts';
import { onDisk } from './names.ts';

/**
 * Makes a directory, or takes an empty one of ours, for a tree that a stranger has described. Everything is made anew by name below
 * the open directory, which nobody else may enter meanwhile: no link is followed, wherever it stands and whoever put it there.
 */
export function freshTree(
  path: AbsolutePath,
  run: Sys['run'],
  { keepOwners }: { readonly keepOwners: boolean },
): FreshTree {
  const { fd, mode } = openEmpty(path);
  // Not "self": programs that we start have to find it as well.
  const root = `/proc/${process.pid}/fd/${fd}`;
  const made = new Map<string, Attributes | undefined>([['', undefined]]);

  function at(inside: string): string | Buffer {
    if (inside.split('/').some((part) => part === '' || part === '.' || part === '..')) {
      throw new BuildError(`Cannot write "${inside}" into "${path}": it leads out of it`);
    }
    makeParents(inside);
    return onDisk(`${root}/${inside}`);
  }

  function makeParents(inside: string): void {
    const parent = dirname(inside) === '.' ? '' : dirname(inside);
    if (made.has(parent)) return;
    makeParents(parent);
    mkdirSync(onDisk(`${root}/${parent}`), { mode: 0o700 });
    made.set(parent, undefined);
  }

  const writing = <T>(inside: string, work: () => T): T =>
    named('write', `${path}/${inside}`, work);

  return {
    directory: (inside, attributes) =>
      writing(inside, () => {
        if (!made.has(inside)) mkdirSync(at(inside), { mode: 0o700 });
        made.set(inside, attributes);
      }),
    file: async (inside, chunks, attributes) => {
      const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL;
      const file = writing(inside, () => openSync(at(inside), flags | constants.O_NOFOLLOW, 0o600));
      try {
        for await (const chunk of chunks) writing(inside, () => writeAll(file, chunk));
        writing(inside, () => {
          if (keepOwners) fchownSync(file, attributes.uid, attributes.gid);
          fchmodSync(file, permissions(attributes));
          futimesSync(file, attributes.mtime, attributes.mtime);
        });
      } finally {
        closeSync(file);
      }
    },
    symlink: (inside, target, attributes) =>
      writing(inside, () => {
        const place = at(inside);
        symlinkSync(onDisk(target), place);
        if (keepOwners) lchownSync(place, attributes.uid, attributes.gid);
        lutimesSync(place, attributes.mtime, attributes.mtime);
      }),
    link: (existing, inside) =>
      writing(inside, () => linkSync(onDisk(`${root}/${existing}`), at(inside))),
    device: async (inside, { type, major, minor }, attributes) => {
      writing(inside, () => makeParents(inside));
      const letter = { character: 'c', block: 'b' }[type];
      // Node.js has no call for it.
      await run({
        argv: ['mknod', '--mode=0600', '--', `${root}/${inside}`, letter, `${major}`, `${minor}`],
        purpose: `Make the device node "${inside}"`,
      });
      writing(inside, () => {
        const place = onDisk(`${root}/${inside}`);
        if (keepOwners) lchownSync(place, attributes.uid, attributes.gid);
        chmodSync(place, permissions(attributes));
        lutimesSync(place, attributes.mtime, attributes.mtime);
      });
    },
    finish: () => {
      try {
        // Children change a directory's time, and some directories let nobody write.
        for (const [inside, attributes] of [...made].toReversed()) {
          if (inside !== '') writing(inside, () => setDirectory(inside, attributes));
        }
        fchmodSync(fd, mode);
      } finally {
        closeSync(fd);
      }
    },
  };

  function setDirectory(inside: string, attributes: Attributes | undefined): void {
    const place = onDisk(`${root}/${inside}`);
    if (attributes === undefined) {
      chmodSync(place, 0o755);
      return;
    }
    if (keepOwners) lchownSync(place, attributes.uid, attributes.gid);
    chmodSync(place, permissions(attributes));
    lutimesSync(place, attributes.mtime, attributes.mtime);
  }

  /** A program that runs as its owner is none of ours to make, unless it gets the owner that it was made for. */
  function permissions({ mode: bits }: Attributes): number {
    return keepOwners ? bits : bits & 0o1777;
  }
}

function openEmpty(path: AbsolutePath): { readonly fd: number; readonly mode: number } {
  const flags = constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW;
  const isNew = named('make the directory', path, () => makeNew(path));
  const fd = named('open', path, () => openSync(isNew ? path : realpathSync(path), flags));
  try {
    const { uid, mode } = fstatSync(fd);
    if (uid !== process.geteuid?.() || (mode & 0o002) !== 0) {
      throw new BuildError(`Cannot extract into "${path}": others than you can write to it`, {
        hint: 'Name a directory that does not exist yet, or an empty one of your own',
      });
    }
    if (readdirSync(`/proc/self/fd/${fd}`).length > 0) {
      throw new BuildError(`Cannot extract into "${path}": it is not empty`, {
        hint: 'Name a directory that does not exist yet, or an empty one',
      });
    }
    fchmodSync(fd, 0o700);
    return { fd, mode: mode & 0o7777 };
  } catch (error) {
    closeSync(fd);
    throw error;
  }
}

function makeNew(path: AbsolutePath): boolean {
  mkdirSync(dirname(path), { recursive: true });
  try {
    mkdirSync(path, { mode: 0o700 });
    return true;
  } catch (error) {
    if (errnoCode(error) === 'EEXIST') return false;
    throw error;
  }
}

function writeAll(fd: number, chunk: Uint8Array): void {
  for (let written = 0; written < chunk.length;) written += writeSync(fd, chunk, written);
}
