import fastGlob from 'fast-glob';
import { lstatSync } from 'node:fs';
import { absolutePath, type AbsolutePath } from '../model/brands.ts';
import { BuildError } from '../model/errors.ts';
import { ifPresent } from './failure.ts';
import { resolveInside } from './inside.ts';

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
  const isDirectory = ifPresent('stat', base, () => lstatSync(base).isDirectory()) ?? false;
  if (!isDirectory) return [];
  return fastGlob
    .sync(parts.slice(wild).join('/'), {
      cwd: base,
      dot: true,
      followSymbolicLinks: false,
      onlyFiles: false,
      unique: true,
      extglob: false,
      braceExpansion: false,
      ignore: [],
    })
    .map((match) => [...prefix, match].join('/'))
    .sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
}

function literal(root: AbsolutePath, path: string): readonly string[] {
  const at = absolutePath(resolveInside(root, path, false));
  return ifPresent('stat', at, () => lstatSync(at)) === undefined ? [] : [path];
}
