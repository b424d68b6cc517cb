import { lstatSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import type { AbsolutePath } from '../model/brands.ts';
import { BuildError } from '../model/errors.ts';
import { named } from './failure.ts';

/**
 * Makes a directory of our own user, closed to all others, or checks the one that is there.
 * @throws BuildError where it cannot be made, or is anything else: another user could have put files into it
 */
export function privateDirectory(directory: AbsolutePath): void {
  named('make the directory', directory, () => {
    mkdirSync(dirname(directory), { recursive: true });
    makeUnlessThere(directory);
  });
  const stat = named('stat', directory, () => lstatSync(directory));
  if (stat.isDirectory() && stat.uid === process.geteuid?.() && (stat.mode & 0o077) === 0) return;
  throw new BuildError(
    `Cannot use "${directory}": it is not a directory that is ours alone (mode 0700)`,
    { hint: `Remove "${directory}"; it is made anew` },
  );
}

// mkdir(2) of a directory that exists fails on a read-only file system with EROFS.
function makeUnlessThere(directory: AbsolutePath): void {
  if (lstatSync(directory, { throwIfNoEntry: false }) === undefined) {
    mkdirSync(directory, { mode: 0o700 });
  }
}
