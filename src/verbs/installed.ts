import { absolutePath } from '../model/brands.ts';
import type { Sys } from '../model/sys.ts';

/** True for a kernel whose modules are there. */
export function isInstalled(sys: Sys, kernelVersion: string): boolean {
  const machine = sys.root(absolutePath('/'));
  return machine.stat(`/usr/lib/modules/${kernelVersion}`)?.type === 'directory';
}
