import { accessSync, constants } from 'node:fs';
import { absolutePath, type AbsolutePath } from '../model/brands.ts';
import type { Sys } from '../model/sys.ts';
import { duplicate } from './duplicate.ts';
import { cannotWrite, freeSpace } from './free-space.ts';
import { freshTree } from './fresh-tree.ts';
import { lock } from './lock.ts';
import { memoryWorkspace } from './memory-workspace.ts';
import { openDisk, openFile } from './open-file.ts';
import { privateDirectory } from './private-directory.ts';
import { rootFiles } from './root-files.ts';
import { makeRunner, type RunnerOptions } from './run.ts';
import { fileTime } from './stamp.ts';
import { workspace } from './workspace.ts';
import { writeAtomically, writeNew } from './write-atomically.ts';
import { writeTree } from './write-tree.ts';

/** The machine as it is. */
export function makeSys(options: RunnerOptions & { readonly searchPath: string }): Sys {
  const runner = makeRunner(options);
  return {
    ...runner,
    root: rootFiles,
    which: (program) => which(program, options.searchPath),
    open: openFile,
    openDisk,
    writeAtomically,
    writeNew,
    duplicate,
    writeTree,
    freshTree: (path, kept) => freshTree(path, runner.run, kept),
    freeSpace,
    cannotWrite,
    privateDirectory,
    fileTime,
    workspace,
    memoryWorkspace,
    lock: (subject, waiting) => lock(subject, { ...waiting, signal: options.signal }),
    now: () => performance.now(),
  };
}

function which(program: string, searchPath: string): AbsolutePath | undefined {
  for (const directory of searchPath.split(':')) {
    if (!directory.startsWith('/')) continue;
    const path = absolutePath(`${directory}/${program}`);
    try {
      accessSync(path, constants.X_OK);
      return path;
    } catch {
      continue;
    }
  }
  return undefined;
}
