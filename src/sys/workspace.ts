import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  writeFileSync,
} from 'node:fs';
import { absolutePath, type AbsolutePath } from '../model/brands.ts';
import { BuildError } from '../model/errors.ts';
import type { Workspace } from '../model/sys.ts';
import { errnoCode, isMissing, named } from './failure.ts';
import { tryFlock } from './flock.ts';
import { namesIn } from './names.ts';
import { removeTree } from './remove-tree.ts';

/**
 * A fresh directory for one build below the first of `parents` where programs may be run, which a mount with noexec
 * forbids. It is locked while it is in use; what a killed build left behind is not, and is removed first.
 */
export function workspace(...parents: readonly AbsolutePath[]): Workspace {
  const refusals: string[] = [];
  for (const parent of parents) {
    try {
      const made = workspaceIn(parent);
      if (runsPrograms(made.path)) return made;
      made.remove();
      refusals.push(`programs cannot be run in "${parent}", it is mounted noexec`);
    } catch (error) {
      if (!(error instanceof BuildError)) throw error;
      refusals.push(error.message);
    }
  }
  throw new BuildError(`Cannot make a workspace: ${refusals.join('; ')}`, {
    hint: 'Set TMPDIR to a directory that can be written and is not mounted noexec',
  });
}

const prefix = 'pkginitrd-';

function workspaceIn(parent: AbsolutePath): Workspace {
  named('make a workspace in', parent, () => mkdirSync(parent, { recursive: true }));
  removeAbandoned(parent);
  for (;;) {
    const path = named('make a workspace in', parent, () =>
      absolutePath(mkdtempSync(`${parent}/${prefix}`)),
    );
    chmodSync(path, 0o700);
    const fd = lockDirectory(path);
    // Another build can have taken the new directory for an abandoned one before it was locked.
    if (fd === undefined) continue;
    return {
      path,
      remove: () => {
        named('remove the workspace', path, () => removeTree(path));
        closeSync(fd);
      },
    };
  }
}

/** Removes the workspaces of builds that were killed. */
export function removeAbandoned(parent: AbsolutePath): void {
  for (const name of namesIn(parent).filter((each) => /^pkginitrd-[A-Za-z0-9]{6}$/.test(each))) {
    const path = `${parent}/${name}`;
    const fd = lockDirectory(path);
    if (fd === undefined) continue;
    try {
      removeTree(path);
    } catch {
      // It is in nobody's way; tmpfiles.d tries again.
    } finally {
      closeSync(fd);
    }
  }
}

// Undefined where it is not ours, is in use, or is gone.
function lockDirectory(path: string): number | undefined {
  let fd: number;
  try {
    fd = openSync(path, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW);
  } catch (error) {
    if (isMissing(error) || errnoCode(error) === 'ELOOP' || errnoCode(error) === 'EACCES') {
      return undefined;
    }
    throw error;
  }
  const { uid, ino } = fstatSync(fd);
  if (uid === process.geteuid?.() && tryFlock(fd) && isStill(path, ino)) return fd;
  closeSync(fd);
  return undefined;
}

function isStill(path: string, ino: number): boolean {
  try {
    return lstatSync(path).ino === ino;
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
}

// Node does not tell a file system's mount options, and /proc may not be there.
function runsPrograms(directory: AbsolutePath): boolean {
  const program = `${directory}/program`;
  named('write', program, () => writeFileSync(program, '#!/bin/sh\n', { mode: 0o700 }));
  const { error } = spawnSync(program, { stdio: 'ignore' });
  removeTree(program);
  return error === undefined || errnoCode(error) !== 'EACCES';
}
