import { absolutePath } from '../model/brands.ts';
import type { Sys } from '../model/sys.ts';

/** True for a kernel that is there with its modules. A directory alone may be what is left of modules that others have built for it. */
export function isInstalled(sys: Sys, kernelVersion: string): boolean {
  const machine = sys.root(absolutePath('/'));
  const modules = `/usr/lib/modules/${kernelVersion}`;
  if (machine.stat(modules)?.type !== 'directory') return false;
  return [
    `${modules}/modules.dep`,
    `${modules}/vmlinuz`,
    `${modules}/vmlinux`,
    `/boot/vmlinuz-${kernelVersion}`,
    `/boot/vmlinux-${kernelVersion}`,
  ].some((path) => machine.stat(path)?.type === 'file');
}
