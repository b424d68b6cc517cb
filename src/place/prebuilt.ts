import { dirname } from 'node:path';
import { absolutePath, type AbsolutePath } from '../model/brands.ts';
import type { Destination } from '../model/invocation.ts';
import type { Sys } from '../model/sys.ts';
import { chunksOf } from './digest.ts';

export interface Prebuilt {
  readonly source: AbsolutePath;
  readonly staging: AbsolutePath;
}

/** An `initrd` that the kernel's package ships beside the kernel image: kernel-install has to use it unchanged. */
export function prebuiltInitrd(
  sys: Sys,
  {
    kernelImage,
    destination,
  }: { readonly kernelImage: AbsolutePath | undefined; readonly destination: Destination },
): Prebuilt | undefined {
  if (destination.type !== 'staging' || kernelImage === undefined) return undefined;
  const path = `${dirname(kernelImage)}/initrd`;
  const machine = sys.root(absolutePath('/'));
  if (machine.stat(path)?.type !== 'file') return undefined;
  return { source: machine.resolve(path), staging: destination.directory };
}

/** Copies it to where kernel-install looks, in one rename. */
export async function placePrebuilt(sys: Sys, { source, staging }: Prebuilt): Promise<void> {
  const target = absolutePath(`${staging}/initrd`);
  await sys.writeAtomically(target, chunksOf(sys, source), 0o600);
}
