import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { cache } from './paths.ts';

/** The distribution's kernel, unpacked aside by setup.sh. */
export interface Kernel {
  /** Holds usr/lib/modules and boot. */
  readonly root: string;
  readonly version: string;
  readonly image: string;
}

/** The kernel of this machine's own distribution. */
export function machineKernel(): Kernel | undefined {
  return kernelBelow(join(cache, `kernel-${codename()}`));
}

/** Debian 12's and Debian 13's, whatever the machine is. */
export function bothKernels(): readonly (Kernel | undefined)[] {
  return [join(cache, 'kernel-bookworm'), join(cache, 'trixie')].map(kernelBelow);
}

export function kernelBelow(root: string): Kernel | undefined {
  const modules = join(root, 'usr/lib/modules');
  const [version] = existsSync(modules) ? readdirSync(modules).sort() : [];
  if (version === undefined) return undefined;
  return { root, version, image: join(root, 'boot', `vmlinuz-${version}`) };
}

function codename(): string {
  const osRelease = readFileSync('/etc/os-release', 'utf8');
  return /^VERSION_CODENAME="?([^"\n]*)/m.exec(osRelease)?.[1] ?? 'unknown';
}
