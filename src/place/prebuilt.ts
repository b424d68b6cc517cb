import { dirname } from 'node:path';
import { absolutePath, type AbsolutePath } from '../model/brands.ts';
import type { Destination } from '../model/invocation.ts';
import type { Sys } from '../model/sys.ts';
import { chunksOf } from './digest.ts';

export interface Prebuilt {
  readonly source: AbsolutePath;
  readonly target: AbsolutePath;
}

/** An `initrd` that the kernel's package ships beside the kernel image: kernel-install has to use it unchanged. */
export function prebuiltInitrd(
  sys: Sys,
  {
    kernelImage,
    destination,
  }: { readonly kernelImage: AbsolutePath | undefined; readonly destination: Destination },
): Prebuilt | undefined {
  if (destination.type === 'path' || kernelImage === undefined) return undefined;
  // In /boot a file of this name is some generator's.
  const isShipped =
    destination.type === 'staging' || dirname(kernelImage) !== destination.directory;
  const path = `${dirname(kernelImage)}/initrd`;
  const machine = sys.root(absolutePath('/'));
  if (!isShipped || machine.stat(path)?.type !== 'file') return undefined;
  const name = destination.type === 'staging' ? 'initrd' : destination.name;
  const target = absolutePath(`${destination.directory}/${name}`);
  return { source: machine.resolve(path), target };
}

/** Copies it to where kernel-install or the boot loader looks, in one rename. */
export async function placePrebuilt(sys: Sys, { source, target }: Prebuilt): Promise<void> {
  await sys.writeAtomically(target, chunksOf(sys, source), 0o600);
}
