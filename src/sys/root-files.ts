import {
  chmodSync,
  closeSync,
  constants,
  copyFileSync,
  lstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  readdirSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
  type Stats,
} from 'node:fs';
import { dirname } from 'node:path';
import { absolutePath, type AbsolutePath } from '../model/brands.ts';
import type { FileStat, RootFiles, TreeEntry } from '../model/sys.ts';
import { ifPresent, named } from './failure.ts';
import { globInside } from './glob.ts';
import { resolveInside } from './inside.ts';

/** A directory seen as `/`: see RootFiles. */
export function rootFiles(root: AbsolutePath): RootFiles {
  const followed = (path: string): AbsolutePath => resolveInside(root, path, true);
  const unfollowed = (path: string): AbsolutePath => resolveInside(root, path, false);
  return {
    path: root,
    resolve: (path, options) => resolveInside(root, path, options?.followLast ?? true),
    readText: (path) => ifPresent('read', path, () => readFileSync(followed(path), 'utf8')),
    readBytes: (path) => ifPresent('read', path, () => readFileSync(followed(path))),
    list: (path) => ifPresent('list', path, () => readdirSync(followed(path)).sort(bytewise)) ?? [],
    stat: (path) => ifPresent('stat', path, () => fileStat(statSync(followed(path)))),
    lstat: (path) => ifPresent('stat', path, () => fileStat(lstatSync(unfollowed(path)))),
    readlink: (path) => ifPresent('read the link', path, () => readlinkSync(unfollowed(path))),
    walk: (path) => walk(followed(path), path.replace(/^\/+|\/+$/g, '')),
    glob: (pattern) => globInside(root, pattern),
    write: (path, content, mode) => {
      const at = unfollowed(path);
      named('write', at, () => {
        makeRoom(at);
        writeNew(at, content, mode);
        chmodSync(at, mode);
      });
    },
    mkdir: (path, mode) => {
      const at = followed(path);
      named('make the directory', at, () => {
        mkdirSync(at, { recursive: true });
        chmodSync(at, mode);
      });
    },
    symlink: (target, path) => {
      const at = unfollowed(path);
      named('make the link', at, () => {
        makeRoom(at);
        symlinkSync(target, at);
      });
    },
    remove: (path) => {
      const at = unfollowed(path);
      named('remove', at, () => rmSync(at, { recursive: true, force: true }));
    },
    copyIn: (source, path) => copyInto(root, source, path),
  };
}

function bytewise(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

function makeRoom(at: AbsolutePath): void {
  mkdirSync(dirname(at), { recursive: true });
  rmSync(at, { force: true });
}

function writeNew(
  at: AbsolutePath,
  content: string | Uint8Array | Iterable<Uint8Array>,
  mode: number,
): void {
  if (typeof content === 'string' || content instanceof Uint8Array) {
    writeFileSync(at, content, { flag: 'wx', mode });
    return;
  }
  const fd = openSync(at, 'wx', mode);
  try {
    for (const chunk of content) writeFileSync(fd, chunk);
  } finally {
    closeSync(fd);
  }
}

// A directory that meets a link to a directory (extra/lib on a merged /usr) goes where the link leads, inside
// the root; times are not kept, so that the image does not depend on when a drop-in was unpacked.
function copyInto(root: AbsolutePath, source: AbsolutePath, path: string): void {
  const stats = named('read', source, () => lstatSync(source));
  if (stats.isDirectory()) {
    const at = resolveInside(root, path, true);
    named('copy to', at, () => {
      mkdirSync(at, { recursive: true });
      if (path.replaceAll('/', '') !== '') chmodSync(at, stats.mode & 0o7777);
    });
    for (const name of readdirSync(source).sort(bytewise)) {
      copyInto(root, absolutePath(`${source}/${name}`), `${path}/${name}`);
    }
    return;
  }
  const at = resolveInside(root, path, false);
  named(`copy "${source}" to`, at, () => {
    makeRoom(at);
    if (stats.isSymbolicLink()) {
      symlinkSync(readlinkSync(source), at);
      return;
    }
    copyFileSync(source, at, constants.COPYFILE_FICLONE | constants.COPYFILE_EXCL);
    chmodSync(at, stats.mode & 0o7777);
  });
}

function* walk(directory: AbsolutePath, prefix: string): Generator<TreeEntry> {
  const names = ifPresent('list', directory, () => readdirSync(directory).sort(bytewise)) ?? [];
  for (const name of names) {
    const full = absolutePath(`${directory}/${name}`);
    const path = prefix === '' ? name : `${prefix}/${name}`;
    const stat = fileStat(named('stat', full, () => lstatSync(full)));
    if (stat.type === 'symlink') {
      yield { ...stat, path, target: named('read the link', full, () => readlinkSync(full)) };
      continue;
    }
    yield { ...stat, path };
    if (stat.type === 'directory') yield* walk(full, path);
  }
}

function fileStat(stats: Stats): FileStat {
  return {
    type: fileType(stats),
    mode: stats.mode & 0o7777,
    uid: stats.uid,
    gid: stats.gid,
    size: stats.isFile() ? stats.size : 0,
    mtime: Math.floor(stats.mtimeMs / 1000),
    rdev: { major: deviceMajor(stats.rdev), minor: deviceMinor(stats.rdev) },
  };
}

function fileType(stats: Stats): FileStat['type'] {
  if (stats.isFile()) return 'file';
  if (stats.isDirectory()) return 'directory';
  if (stats.isSymbolicLink()) return 'symlink';
  if (stats.isCharacterDevice()) return 'character';
  if (stats.isBlockDevice()) return 'block';
  if (stats.isFIFO()) return 'fifo';
  return 'socket';
}

// glibc's encoding of dev_t (gnu_dev_major(3)), low 32 bits: more is not in use.
function deviceMajor(device: number): number {
  return (device >>> 8) & 0xfff;
}

function deviceMinor(device: number): number {
  return (device & 0xff) | ((device >>> 12) & 0xfff00);
}
