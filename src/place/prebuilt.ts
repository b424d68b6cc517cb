import { dirname } from 'node:path';
import { absolutePath, type AbsolutePath } from '../model/brands.ts';
import type { Destination } from '../model/invocation.ts';
import type { OpenFile, Sys } from '../model/sys.ts';

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
  const file = sys.open(source);
  try {
    await sys.writeAtomically(target, chunks(file), 0o600);
  } finally {
    file.close();
  }
}

function* chunks(file: OpenFile): Generator<Uint8Array> {
  const size = 1024 * 1024;
  for (let at = 0; at < file.size; at += size) yield file.read(at, size);
}
