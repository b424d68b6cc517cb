import { kernelVersion, pathFrom } from '../model/brands.ts';
import { UsageError } from '../model/errors.ts';
import type { RescueInvocation } from '../model/invocation.ts';

/** Reads what our hooks and plugins pass on when a kernel's image is in its place: `KERNEL IMAGE [MENU]`. */
export function parseKernelRescue(args: readonly string[], cwd: string): RescueInvocation {
  const [version, image, menu, ...more] = args;
  if (version === undefined || image === undefined || more.length > 0) {
    throw new UsageError(
      'Cannot look after the rescue image: expected "KERNEL IMAGE [MENU]"',
      'This command is for the hooks of kernel packages; "kernel-install add" runs it',
    );
  }
  return {
    type: 'rescue',
    kernelVersion: kernelVersion(version),
    kernelImage: pathFrom(cwd, image),
    menu: menu ? pathFrom(cwd, menu) : undefined,
  };
}
