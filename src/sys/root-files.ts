import {
  chmodSync,
  closeSync,
  constants,
  copyFileSync,
  lstatSync,
  mkdirSync,
  openSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
  writeSync,
  type Dirent,
} from 'node:fs';
import { dirname } from 'node:path';
import { absolutePath, type AbsolutePath } from '../model/brands.ts';
import { BuildError } from '../model/errors.ts';
import { pathText } from '../model/path-bytes.ts';
import type { OutlineEntry, RootFiles, TreeEntry } from '../model/sys.ts';
import { ifPresent, named } from './failure.ts';
import { fileStat, fileType } from './file-stat.ts';
import { globInside } from './glob.ts';
import { resolveInside } from './inside.ts';
import { makeDirectories } from './make-directories.ts';
import { entriesIn, namesIn, onDisk, targetOf } from './names.ts';
import { hashRegular, readRegular } from './open-file.ts';
import { removeTree } from './remove-tree.ts';
import { stampInside } from './stamp.ts';

/** A directory seen as `/`: see RootFiles. */
export function rootFiles(root: AbsolutePath): RootFiles {
  const followed = (path: string): AbsolutePath => resolveInside(root, path, true);
  const unfollowed = (path: string): AbsolutePath => resolveInside(root, path, false);
  // In the machine's own root the kernel follows links to the same end as we do, in one call instead of one a directory.
  const look = root === '/' ? fromRoot : followed;
  const lookItself = root === '/' ? fromRoot : unfollowed;
  return {
    path: root,
    resolve: (path, options) => resolveInside(root, path, options?.followLast ?? true),
    readText: (path) => {
      const bytes = read(path, readRegular);
      return bytes === undefined ? undefined : pathText(bytes);
    },
    readBytes: (path) => read(path, readRegular),
    sha256: (path) => read(path, hashRegular),
    list: (path) => ifPresent('list', path, () => namesIn(look(path))) ?? [],
    stat: (path) => ifPresent('stat', path, () => fileStat(statSync(onDisk(look(path))))),
    lstat: (path) => ifPresent('stat', path, () => fileStat(lstatSync(onDisk(lookItself(path))))),
    stamp: (path, options) => stampInside(root, path, options?.followLast ?? true),
    readlink: (path) => ifPresent('read the link', path, () => targetOf(lookItself(path))),
    walk: (path) => walk(followed(path), path.replace(/^\/+|\/+$/g, '')),
    outline: (path) => outline(followed(path), path.replace(/^\/+|\/+$/g, '')),
    glob: (pattern) => globInside(root, pattern),
    write: (path, content, mode) => {
      const at = unfollowed(path);
      named('write', at, () => {
        makeRoom(at);
        writeNew(at, content, mode);
        chmodSync(onDisk(at), mode);
      });
    },
    patch: (path, offset, bytes) => {
      const at = followed(path);
      named('write', at, () => patchFile(at, offset, bytes));
    },
    mkdir: (path, mode) => {
      const at = followed(path);
      named('make the directory', at, () => {
        makeDirectories(at);
        chmodSync(onDisk(at), mode);
      });
    },
    touch: (path) => {
      const at = followed(path);
      named('set the time of', at, () => utimesSync(onDisk(at), new Date(), new Date()));
    },
    symlink: (target, path) => {
      const at = unfollowed(path);
      named('make the link', at, () => {
        makeRoom(at);
        symlinkSync(onDisk(target), onDisk(at));
      });
    },
    remove: (path) => {
      const at = unfollowed(path);
      named('remove', at, () => removeTree(at));
    },
    copyIn: (source, path) => copyInto(root, source, path),
  };

  function read<T>(path: string, by: (at: string, shown: string) => T): T | undefined {
    return ifPresent('read', path, () =>
      root === '/' && !isLink(fromRoot(path)) ? by(fromRoot(path), path) : by(followed(path), path),
    );
  }
}

function fromRoot(path: string): string {
  return `/${path}`;
}

function isLink(path: string): boolean {
  return lstatSync(onDisk(path)).isSymbolicLink();
}

function makeRoom(at: AbsolutePath): void {
  makeDirectories(dirname(at));
  rmSync(onDisk(at), { force: true });
}

function writeNew(
  at: AbsolutePath,
  content: string | Uint8Array | Iterable<Uint8Array>,
  mode: number,
): void {
  if (typeof content === 'string' || content instanceof Uint8Array) {
    writeFileSync(onDisk(at), content, { flag: 'wx', mode });
    return;
  }
  const fd = openSync(onDisk(at), 'wx', mode);
  try {
    for (const chunk of content) writeFileSync(fd, chunk);
  } finally {
    closeSync(fd);
  }
}

function patchFile(at: AbsolutePath, offset: number, bytes: Uint8Array): void {
  const fd = openSync(onDisk(at), constants.O_WRONLY | constants.O_NOFOLLOW);
  try {
    writeSync(fd, bytes, 0, bytes.length, offset);
  } finally {
    closeSync(fd);
  }
}

// A directory that meets a link to a directory (extra/lib on a merged /usr) goes where the link leads, inside
// the root; times are not kept, so that the image does not depend on when a drop-in was unpacked.
function copyInto(root: AbsolutePath, source: AbsolutePath, path: string): void {
  const stats = named('read', source, () => lstatSync(onDisk(source)));
  if (stats.isDirectory()) {
    const at = resolveInside(root, path, true);
    named('copy to', at, () => {
      mkdirSync(onDisk(at), { recursive: true });
      if (path.replaceAll('/', '') !== '') chmodSync(onDisk(at), stats.mode & 0o7777);
    });
    for (const name of namesIn(source)) {
      copyInto(root, absolutePath(`${source}/${name}`), `${path}/${name}`);
    }
    return;
  }
  // A socket or a FIFO means nothing without the program behind it, and no image has any.
  if (stats.isSocket() || stats.isFIFO()) return;
  if (stats.isCharacterDevice() || stats.isBlockDevice()) {
    throw new BuildError(`Cannot copy "${source}": it is a device node`, {
      hint: 'Remove it; the kernel makes the nodes of devices in /dev',
    });
  }
  const at = resolveInside(root, path, false);
  named(`copy "${source}" to`, at, () => {
    makeRoom(at);
    if (stats.isSymbolicLink()) {
      symlinkSync(onDisk(targetOf(source)), onDisk(at));
      return;
    }
    copyFileSync(onDisk(source), onDisk(at), constants.COPYFILE_FICLONE | constants.COPYFILE_EXCL);
    chmodSync(onDisk(at), stats.mode & 0o7777);
  });
}

function* walk(directory: AbsolutePath, prefix: string): Generator<TreeEntry> {
  const names = ifPresent('list', directory, () => namesIn(directory)) ?? [];
  for (const name of names) {
    const full = absolutePath(`${directory}/${name}`);
    const path = prefix === '' ? name : `${prefix}/${name}`;
    const stat = fileStat(named('stat', full, () => lstatSync(onDisk(full))));
    if (stat.type === 'symlink') {
      yield { ...stat, path, target: named('read the link', full, () => targetOf(full)) };
      continue;
    }
    yield { ...stat, path };
    if (stat.type === 'directory') yield* walk(full, path);
  }
}

function* outline(directory: AbsolutePath, prefix: string): Generator<OutlineEntry> {
  for (const entry of ifPresent('list', directory, () => entriesIn(directory)) ?? []) {
    const name = pathText(entry.name);
    const full = absolutePath(`${directory}/${name}`);
    const path = prefix === '' ? name : `${prefix}/${name}`;
    const type = kindOf(entry, full);
    if (type === 'symlink') {
      yield { path, type, target: named('read the link', full, () => targetOf(full)) };
      continue;
    }
    yield { path, type };
    if (type === 'directory') yield* outline(full, path);
  }
}

// Some file systems say nothing of kinds in their directories (DT_UNKNOWN).
function kindOf(entry: Dirent<Buffer>, path: AbsolutePath): OutlineEntry['type'] {
  const kind = fileType(entry);
  if (kind !== 'socket') return kind;
  return named('stat', path, () => fileType(lstatSync(onDisk(path))));
}
