import { dirname } from 'node:path';
import { absolutePath, type AbsolutePath } from '../model/brands.ts';
import { UsageError } from '../model/errors.ts';
import type { Destination } from '../model/invocation.ts';
import type { Plan } from '../model/plan.ts';
import type { Sys } from '../model/sys.ts';
import { destinationPath } from './destination.ts';

/**
 * Looks before the build at what its end needs, and gives the image's path.
 * @throws UsageError for a destination or a kernel image that cannot be used
 */
export function foreseePlace(
  sys: Sys,
  {
    destination,
    kernelImage,
  }: { readonly destination: Destination; readonly kernelImage: AbsolutePath | undefined },
  output: Plan['output'],
): { readonly path: AbsolutePath; readonly warnings: readonly string[] } {
  const path = destinationPath(sys, destination, output);
  // kernel-install and the hooks of kernel packages name a file of their own.
  if (kernelImage !== undefined && destination.type === 'path') assertReadable(sys, kernelImage);
  return { path, warnings: spaceWarnings(sys, destination, path) };
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

/** The image of today tells how large the next one will be; it is written beside it before it takes its place. */
function spaceWarnings(sys: Sys, destination: Destination, path: AbsolutePath): readonly string[] {
  const machine = sys.root(absolutePath('/'));
  const [old, directory] =
    destination.type === 'staging' && destination.entryDirectory !== undefined
      ? [`${destination.entryDirectory}/initrd`, destination.entryDirectory]
      : [path, absolutePath(dirname(path))];
  const size = machine.stat(old)?.size ?? 0;
  const free = sys.freeSpace(directory);
  if (size === 0 || free >= size) return [];
  return [
    `There are ${mebibytes(free)} MiB free in "${directory}", and the image that is there has ${mebibytes(size)} MiB: ` +
      'the new one, which is written beside it, may not fit',
  ];
}

function mebibytes(bytes: number): string {
  return (bytes / 2 ** 20).toFixed(1);
}
