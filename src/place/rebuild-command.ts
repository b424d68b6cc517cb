import { absolutePath } from '../model/brands.ts';
import type { Command, Sys } from '../model/sys.ts';

/**
 * The command that makes a kernel's image once more and tells the boot loaders, as the distribution does it. `image`: no more
 * than that; `kernel`: where kernel-install takes part also all else that it does for a kernel, as its boot entry.
 */
export function rebuildCommand(
  sys: Sys,
  kernelVersion: string,
  scope: 'image' | 'kernel',
): Command | undefined {
  const machine = sys.root(absolutePath('/'));
  const isFile = (path: string): boolean => machine.stat(path)?.type === 'file';
  const purpose = `Build the initrd of ${kernelVersion}`;
  if (isFile(hook)) return { argv: [hook, 'add', kernelVersion], purpose };
  const kernel = [
    `/usr/lib/modules/${kernelVersion}/vmlinuz`,
    `/boot/vmlinuz-${kernelVersion}`,
    `/usr/lib/modules/${kernelVersion}/vmlinux`,
  ].find(isFile);
  if (kernel === undefined) return undefined;
  return scope === 'image' && isFile(grubEntry)
    ? { argv: [grubEntry, 'rebuild', kernelVersion, kernel], purpose }
    : { argv: ['kernel-install', 'add', kernelVersion, kernel], purpose };
}

// Of Debian's and Arch Linux's packages.
const hook = '/usr/lib/pkginitrd/boot-image';
const grubEntry = '/usr/lib/pkginitrd/grub-entry';
