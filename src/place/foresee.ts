import { absolutePath, type AbsolutePath } from '../model/brands.ts';
import type { Config } from '../model/config.ts';
import { BuildError, UsageError } from '../model/errors.ts';
import type { BuildInvocation, Destination } from '../model/invocation.ts';
import type { Plan } from '../model/plan.ts';
import { isPrivateKeyPath } from '../model/private-keys.ts';
import type { Sys } from '../model/sys.ts';
import { destinationPath } from './destination.ts';
import { isOpen } from './file-system.ts';
import { foreseeRoom } from './foresee-room.ts';
import { directoryOf } from './room.ts';

/** What of the plan and the settings decides on the image's place. */
export interface Wanted extends Pick<Config, 'keepPrevious' | 'allowReadableKeys'> {
  readonly output: Plan['output'];
  readonly host: Plan['host'];
  /** Paths in the image of what trees bring, without leading slash. */
  readonly brought: () => readonly string[];
}

/**
 * Looks before the build at what its end needs, and gives the image's path.
 * @throws UsageError for a destination or a kernel image that cannot be used, BuildError where it has no room or cannot hide keys
 */
export function foreseePlace(
  sys: Sys,
  { destination, kernelImage }: Pick<BuildInvocation, 'destination' | 'kernelImage'>,
  wanted: Wanted,
): { readonly path: AbsolutePath; readonly warnings: readonly string[] } {
  const path = destinationPath(sys, destination, wanted.output);
  // kernel-install and the hooks of kernel packages name a file of their own.
  if (kernelImage !== undefined && destination.type === 'path') assertReadable(sys, kernelImage);
  assertHidden(sys, destination, path, wanted);
  return { path, warnings: foreseeRoom(sys, destination, path, kernelImage, wanted) };
}

function assertReadable(sys: Sys, kernelImage: AbsolutePath): void {
  const found = sys.root(absolutePath('/')).stat(kernelImage);
  if (found?.type === 'file' && found.size > 0) return;
  const fault =
    found === undefined
      ? 'it does not exist'
      : found.type === 'file'
        ? 'it is empty'
        : 'it is no regular file';
  throw new UsageError(
    `Cannot use the kernel image "${kernelImage}": ${fault}`,
    'Name the kernel that the initrd goes with, or leave --kernel-image out',
  );
}

function assertHidden(
  sys: Sys,
  destination: Destination,
  path: AbsolutePath,
  { host, brought, allowReadableKeys }: Wanted,
): void {
  const place = destination.type === 'staging' ? destination.bootRoot : directoryOf(path);
  if (allowReadableKeys || place === undefined || !isOpen(sys, place)) return;
  const keys = [
    ...host.filter(({ secret }) => secret).map((each) => each.path),
    ...brought().filter(isPrivateKeyPath),
  ].map((each) => `/${each}`);
  if (keys.length === 0) return;
  throw new BuildError(
    `Cannot write an image with ${keys.join(', ')} to "${place}": every user could read it there, ` +
      'since that file system has no permissions and is mounted without fmask=0077',
    {
      hint: `Mount it with the options fmask=0077,dmask=0077 in /etc/fstab, or set AllowReadableKeys=yes`,
    },
  );
}
