import type { BootEntry } from '../model/boot-entry.ts';
import { absolutePath } from '../model/brands.ts';
import type { Sys } from '../model/sys.ts';
import type { ImageFile } from './previous-file.ts';

/** A kernel's unified image on $BOOT, and the name of the one before: behind it in the menu, by the names. */
export function ukiOf(
  sys: Sys,
  { bootRoot, name, kernelVersion }: Omit<BootEntry, 'directory'>,
): ImageFile {
  const directory = absolutePath(`${bootRoot}/EFI/Linux`);
  const found = sys
    .root(directory)
    .list('/')
    .find((file) => file.startsWith(name) && counted.test(file.slice(name.length)));
  return {
    path: absolutePath(`${directory}/${found ?? `${name}.efi`}`),
    previous: absolutePath(`${directory}/${name}-previous.efi`),
    kernelVersion,
  };
}

// With boot counting its state is part of the name.
const counted = /^(?:\+\d+(?:-\d+)?)?\.efi$/;
