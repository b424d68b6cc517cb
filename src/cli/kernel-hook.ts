import { basename, dirname } from 'node:path';
import { absolutePath, pathFrom } from '../model/brands.ts';
import { UsageError } from '../model/errors.ts';
import type { BuildInvocation } from '../model/invocation.ts';
import { forThisHost } from './for-this-host.ts';

/**
 * Reads the arguments of the hooks that kernel packages run where no kernel-install does: `add KERNEL IMAGE INITRD`, or
 * `replace KERNEL IMAGE INITRD` where INITRD is one of another kernel, of which nothing is to stay.
 */
export function parseKernelHook(args: readonly string[], cwd: string): BuildInvocation {
  const [verb, version, image, initrd, ...more] = args;
  if (version === undefined || image === undefined || initrd === undefined || !isVerb(verb)) {
    throw new UsageError(
      'Cannot run the hook: expected "add KERNEL IMAGE INITRD" or "replace KERNEL IMAGE INITRD"',
      byHand,
    );
  }
  if (more[0] !== undefined) {
    throw new UsageError(`Cannot use "${more[0]}": the hook takes four arguments`, byHand);
  }
  const path = pathFrom(cwd, initrd);
  return {
    type: 'build',
    request: forThisHost(version),
    kernelImage: pathFrom(cwd, image),
    destination: {
      type: 'boot',
      directory: absolutePath(dirname(path)),
      name: basename(path),
      holdsImageOf: verbs[verb],
    },
    verbose: false,
    quiet: false,
    format: 'text',
    debug: false,
  };
}

const verbs = { add: 'kernel', replace: 'another' } as const;

function isVerb(word: string | undefined): word is keyof typeof verbs {
  return word !== undefined && Object.hasOwn(verbs, word);
}

const byHand = 'This command is for the hooks of kernel packages; use "pkginitrd build" by hand';
