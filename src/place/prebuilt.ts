import { dirname } from 'node:path';
import { absolutePath, type AbsolutePath } from '../model/brands.ts';
import type { OpenFile, Sys } from '../model/sys.ts';

/** An `initrd` that the kernel's package ships beside the kernel image: it is meant to be used as it is. */
export function prebuiltInitrd(sys: Sys, kernelImage: AbsolutePath): AbsolutePath | undefined {
  const path = `${dirname(kernelImage)}/initrd`;
  const machine = sys.root(absolutePath('/'));
  return machine.stat(path)?.type === 'file' ? machine.resolve(path) : undefined;
}

/** Copies it to where kernel-install looks, in one rename. */
export async function placePrebuilt(
  sys: Sys,
  prebuilt: AbsolutePath,
  staging: AbsolutePath,
): Promise<AbsolutePath> {
  const target = absolutePath(`${staging}/initrd`);
  const file = sys.open(prebuilt);
  try {
    await sys.writeAtomically(target, chunks(file), 0o600);
  } finally {
    file.close();
  }
  return target;
}

function* chunks(file: OpenFile): Generator<Uint8Array> {
  const size = 1024 * 1024;
  for (let at = 0; at < file.size; at += size) yield file.read(at, size);
}
