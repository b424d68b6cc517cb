import { absolutePath } from '../model/brands.ts';
import type { Command, Sys } from '../model/sys.ts';

/** The command that makes a kernel's image once more and tells the boot loaders, as the distribution does it. */
export function rebuildCommand(sys: Sys, kernelVersion: string): Command | undefined {
  const machine = sys.root(absolutePath('/'));
  const purpose = `Build the initrd of ${kernelVersion}`;
  if (machine.stat(hook)?.type === 'file') return { argv: [hook, 'add', kernelVersion], purpose };
  const kernel = [
    `/usr/lib/modules/${kernelVersion}/vmlinuz`,
    `/boot/vmlinuz-${kernelVersion}`,
    `/usr/lib/modules/${kernelVersion}/vmlinux`,
  ].find((path) => machine.stat(path)?.type === 'file');
  return kernel === undefined
    ? undefined
    : { argv: ['kernel-install', 'add', kernelVersion, kernel], purpose };
}

// Of Debian's package.
const hook = '/usr/lib/pkginitrd/boot-image';
