import { lstatSync, mkdtempSync, rmdirSync, statSync, type BigIntStats } from 'node:fs';
import type { AbsolutePath } from '../model/brands.ts';
import type { Stamp } from '../model/sys.ts';
import { ifPresent, named } from './failure.ts';
import { fileType } from './file-stat.ts';
import { resolveInside } from './inside.ts';
import { onDisk } from './names.ts';

/** A file's stamp, links followed inside `root`; undefined where it is not there. Status asks for thousands at once. */
export function stampInside(
  root: AbsolutePath,
  path: string,
  followLast: boolean,
): Stamp | undefined {
  return ifPresent('stat', path, () => {
    const stats = root === '/' ? onMachine(path, followLast) : onMachine(inside(), false);
    return stats === undefined ? undefined : stampOf(stats);
  });

  function inside(): string {
    return resolveInside(root, path, followLast);
  }
}

/** The time that the file system of `directory` gives to a file that is made now. */
export function fileTime(directory: AbsolutePath): bigint {
  return named('make a file in', directory, () => {
    const made = mkdtempSync(`${directory}/.now-`);
    const { mtimeNs } = lstatSync(made, { bigint: true });
    rmdirSync(made);
    return mtimeNs;
  });
}

// The kernel follows links to the same end where the root is its own, and faster than we do.
function onMachine(path: string, followLast: boolean): BigIntStats | undefined {
  const absolute = onDisk(path.startsWith('/') ? path : `/${path}`);
  const options = { bigint: true, throwIfNoEntry: false } as const;
  return followLast ? statSync(absolute, options) : lstatSync(absolute, options);
}

function stampOf(stats: BigIntStats): Stamp {
  const { mode, uid, gid, size, mtimeNs, ctimeNs, atimeNs, ino } = stats;
  return {
    text: `${mode.toString(8)} ${size} ${mtimeNs} ${ctimeNs} ${ino}`,
    own: `${mode.toString(8)} ${uid} ${gid}`,
    type: fileType(stats),
    changed: mtimeNs > ctimeNs ? mtimeNs : ctimeNs,
    read: atimeNs,
    size: Number(size),
  };
}
