import { existsSync, statfsSync } from 'node:fs';
import { logger } from '../log.ts';
import { absolutePath, type AbsolutePath } from '../model/brands.ts';
import { BuildError } from '../model/errors.ts';
import type { Workspace } from '../model/sys.ts';
import { availableMemory } from './available-memory.ts';
import { reason } from './failure.ts';
import { rootFiles } from './root-files.ts';
import { removeAbandoned, workspace } from './workspace.ts';

const debug = logger('sys');

/** See Sys. What lies there waits for no disk, and is gone with the machine's power. */
export function memoryWorkspace(
  parents: readonly AbsolutePath[],
  bytes: number,
): Workspace | undefined {
  // What a killed build has left takes the memory that is looked for, and that of everybody else.
  for (const parent of parents) if (existsSync(parent)) removeAbandoned(parent);
  const machine = rootFiles(absolutePath('/'));
  const available = availableMemory((path) => machine.readText(path));
  if (available < wanted(bytes)) {
    debug(
      'no workspace in memory: %d MiB available, %d wanted',
      mib(available),
      mib(wanted(bytes)),
    );
    return undefined;
  }
  for (const parent of parents) {
    const made = lacks(parent, bytes) ?? tryIn(parent);
    if (typeof made !== 'string') {
      debug('workspace in memory: "%s", %d MiB wanted', made.path, mib(bytes));
      return made;
    }
    debug('no workspace in "%s": %s', parent, made);
  }
  return undefined;
}

/** As much again stays for others, and what a small machine needs to breathe. */
function wanted(bytes: number): number {
  return 2 * bytes + 512 * 1024 * 1024;
}

function mib(bytes: number): number {
  return Math.round(bytes / 1024 / 1024);
}

function lacks(parent: AbsolutePath, bytes: number): string | undefined {
  try {
    const { type, bfree, bsize, files, ffree } = statfsSync(parent);
    if (type !== tmpfs) return 'it is no tmpfs';
    // One that is mounted without a limit of files says that it has none.
    if (files > 0 && ffree < mostFiles) return `it has room for ${ffree} files`;
    const free = bfree * bsize;
    // What is unpacked is an estimate.
    return free < 2 * bytes ? `${mib(free)} MiB free, ${mib(2 * bytes)} wanted` : undefined;
  } catch (error) {
    return reason(error);
  }
}

/** TMPFS_MAGIC of linux/magic.h. */
const tmpfs = 0x01021994;

/** Ten times those of a generic image's packages. */
const mostFiles = 100_000;

function tryIn(parent: AbsolutePath): Workspace | string {
  try {
    return workspace(parent);
  } catch (error) {
    if (error instanceof BuildError) return error.message;
    throw error;
  }
}
