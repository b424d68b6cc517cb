import fastGlob from 'fast-glob';
import { lstatSync, readdirSync, statSync, type Dirent } from 'node:fs';
import { absolutePath, type AbsolutePath } from '../model/brands.ts';
import { BuildError } from '../model/errors.ts';
import { ifPresent } from './failure.ts';
import { bytewise, pathText } from '../model/path-bytes.ts';
import { resolveInside } from './inside.ts';
import { namesIn, onDisk } from './names.ts';

/**
 * Paths below `root` that match a shell pattern (`*`, `?`, `[…]`, `**`), dot files included, sorted bytewise.
 * The part of the pattern before its first wildcard is resolved inside the root, since a library that is given
 * `link/*` would read through the link; below that no link is followed.
 */
export function globInside(root: AbsolutePath, pattern: string): readonly string[] {
  const parts = pattern.split('/').filter((part) => part !== '' && part !== '.');
  if (parts.includes('..'))
    throw new BuildError(`Cannot take the pattern "${pattern}": it has ".."`);
  const wild = parts.findIndex((part) => /[*?[\]\\]/.test(part));
  if (wild === -1) return literal(root, parts.join('/'));
  const prefix = parts.slice(0, wild);
  const base = resolveInside(root, prefix.join('/'), true);
  const isDirectory = ifPresent('stat', base, () => lstatSync(onDisk(base)).isDirectory()) ?? false;
  if (!isDirectory) return [];
  return fastGlob
    .sync(withoutQuestionMarks(parts.slice(wild).join('/')), {
      cwd: base,
      dot: true,
      followSymbolicLinks: false,
      onlyFiles: false,
      unique: true,
      extglob: false,
      braceExpansion: false,
      ignore: [],
      fs: anyNames,
    })
    .map((match) => [...prefix, match].join('/'))
    .sort(bytewise);
}

// The library takes a directory with nothing but question marks in its name for one of just that name.
function withoutQuestionMarks(pattern: string): string {
  return pattern.replaceAll(/\\.|\[[^\]]*\]|\?/g, (part) => (part === '?' ? '[^/]' : part));
}

// The library reads through these: names that are no UTF-8 come as pathText() has them, and match `*`.
const anyNames: Partial<fastGlob.FileSystemAdapter> = {
  lstatSync: (path) => lstatSync(onDisk(path)),
  statSync: (path) => statSync(onDisk(path)),
  readdirSync: readAny,
};

function readAny(directory: string, options: { withFileTypes: true }): Dirent[];
function readAny(directory: string): string[];
function readAny(directory: string, options?: { withFileTypes: true }): Dirent[] | string[] {
  if (options === undefined) return [...namesIn(directory)];
  const at = onDisk(directory);
  const entries = readdirSync(at, { withFileTypes: true });
  // Only what could not be read, and U+FFFD itself, has this character.
  if (!entries.some(({ name }) => name.includes('\ufffd'))) return entries;
  return readdirSync(at, { withFileTypes: true, encoding: 'buffer' }).map(withText);
}

function withText(entry: Dirent<Buffer>): Dirent {
  return {
    ...{ name: pathText(entry.name), parentPath: entry.parentPath, path: entry.path },
    isFile: () => entry.isFile(),
    isDirectory: () => entry.isDirectory(),
    isSymbolicLink: () => entry.isSymbolicLink(),
    isBlockDevice: () => entry.isBlockDevice(),
    isCharacterDevice: () => entry.isCharacterDevice(),
    isFIFO: () => entry.isFIFO(),
    isSocket: () => entry.isSocket(),
  };
}

function literal(root: AbsolutePath, path: string): readonly string[] {
  const at = absolutePath(resolveInside(root, path, false));
  return ifPresent('stat', at, () => lstatSync(onDisk(at))) === undefined ? [] : [path];
}
