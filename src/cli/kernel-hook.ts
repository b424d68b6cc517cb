import { basename, dirname } from 'node:path';
import { absolutePath, pathFrom } from '../model/brands.ts';
import { UsageError } from '../model/errors.ts';
import type { BuildInvocation } from '../model/invocation.ts';
import { forThisHost } from './for-this-host.ts';

/** Reads the arguments of the hooks that kernel packages run where no kernel-install does: `add KERNEL IMAGE INITRD`. */
export function parseKernelHook(args: readonly string[], cwd: string): BuildInvocation {
  const [verb, version, image, initrd, ...more] = args;
  if (verb !== 'add' || version === undefined || image === undefined || initrd === undefined) {
    throw new UsageError('Cannot run the hook: expected "add KERNEL IMAGE INITRD"', byHand);
  }
  if (more[0] !== undefined) {
    throw new UsageError(`Cannot use "${more[0]}": the hook takes four arguments`, byHand);
  }
  const path = pathFrom(cwd, initrd);
  return {
    type: 'build',
    request: forThisHost(version),
    kernelImage: pathFrom(cwd, image),
    destination: { type: 'boot', directory: absolutePath(dirname(path)), name: basename(path) },
    verbose: false,
    quiet: false,
    format: 'text',
    debug: false,
  };
}

const byHand = 'This command is for the hooks of kernel packages; use "pkginitrd build" by hand';
