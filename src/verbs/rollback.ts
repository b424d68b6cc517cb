import { absolutePath, kernelVersion, type KernelVersion } from '../model/brands.ts';
import { BuildError, UsageError } from '../model/errors.ts';
import type { RollbackInvocation } from '../model/invocation.ts';
import type { Sys } from '../model/sys.ts';
import { runningKernel } from '../place/booted.ts';
import { findPrevious, type Previous } from '../place/find-previous.ts';
import { swapFiles } from '../place/previous-file.ts';
import { rollBackEntry } from '../place/roll-back-entry.ts';
import { locked } from './locked.ts';
import type { Answer, Surroundings } from './verb.ts';

/** `pkginitrd rollback`: the previous image of a kernel takes the place of today's, which becomes the previous one. */
export async function rollback(
  sys: Sys,
  { kernelVersion: wanted }: RollbackInvocation,
  { user, tell }: Surroundings,
): Promise<Answer> {
  if (user !== 0) {
    throw new UsageError(
      `Cannot exchange images as user ${user}: they are root's`,
      'Run it with sudo',
    );
  }
  const all = findPrevious(sys);
  const version = wanted ?? running(sys, all);
  const found = all.filter((each) => each.kernelVersion === version);
  if (found.length === 0) throw none(version, all);
  const remarks: string[] = [];
  for (const each of found) {
    const place = each.type === 'file' ? each.image.path : each.entry.directory;
    await locked(sys, place, tell, async () => {
      if (each.type === 'file') swapFiles(sys, each.image);
      else if (!(await rollBackEntry(sys, each.entry))) throw none(version, all);
    });
    remarks.push(
      `pkginitrd: The next boot of ${version} takes the previous image again, in "${place}"; today's is the previous one now`,
    );
  }
  return { result: '', remarks };
}

function running(sys: Sys, all: readonly Previous[]): KernelVersion {
  const version = runningKernel(sys.root(absolutePath('/')));
  if (version !== undefined) return kernelVersion(version);
  throw new UsageError('Cannot tell which kernel runs', `Name one: ${names(all)}`);
}

function none(version: string, all: readonly Previous[]): BuildError {
  return new BuildError(`Cannot roll back ${version}: it has no previous image`, {
    hint:
      all.length > 0
        ? `Kernels that have one: ${names(all)}`
        : 'One is kept when an image in /boot or of a boot entry is built anew, unless KeepPrevious=no is set',
  });
}

function names(all: readonly Previous[]): string {
  return [...new Set(all.map(({ kernelVersion }) => kernelVersion))].join(', ');
}
