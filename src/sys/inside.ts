import { lstatSync, realpathSync } from 'node:fs';
import { absolutePath, type AbsolutePath } from '../model/brands.ts';
import { BuildError } from '../model/errors.ts';
import { pathText } from '../model/path-bytes.ts';
import { isMissing } from './failure.ts';
import { onDisk, targetOf } from './names.ts';

// As many as the kernel follows (path_resolution(7)).
const mostLinks = 40;

/**
 * Where `path` lies when `root` is taken for `/`: symlinks, absolute ones too, are followed inside `root`,
 * and `..` stops at it. Parts that do not exist are kept as they stand, so that they can be created.
 */
export function resolveInside(root: AbsolutePath, path: string, followLast: boolean): AbsolutePath {
  const whole = root === '/' && followLast ? realPath(path) : undefined;
  if (whole !== undefined) return whole;
  const pending = path.split('/').reverse();
  const done: string[] = [];
  let links = 0;
  while (pending.length > 0) {
    const part = pending.pop();
    if (part === undefined || part === '' || part === '.') continue;
    if (part === '..') {
      done.pop();
      continue;
    }
    const target =
      followLast || pending.some((rest) => rest !== '')
        ? linkTarget(root, [...done, part])
        : undefined;
    if (target === undefined) {
      done.push(part);
      continue;
    }
    links += 1;
    if (links > mostLinks)
      throw new BuildError(`Cannot resolve "${path}" in "${root}": too many symlinks`);
    if (target.startsWith('/')) done.length = 0;
    pending.push(...target.split('/').reverse());
  }
  return absolutePath(`${root}/${done.join('/')}`);
}

/**
 * In the machine's own root the C library finds the same in a tenth of the time. Undefined for what is not there, or
 * cannot be resolved.
 */
function realPath(path: string): AbsolutePath | undefined {
  try {
    return absolutePath(pathText(realpathSync.native(onDisk(`/${path}`), { encoding: 'buffer' })));
  } catch {
    return undefined;
  }
}

function linkTarget(root: AbsolutePath, parts: readonly string[]): string | undefined {
  const path = `${root}/${parts.join('/')}`;
  try {
    return lstatSync(onDisk(path)).isSymbolicLink() ? targetOf(path) : undefined;
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}
