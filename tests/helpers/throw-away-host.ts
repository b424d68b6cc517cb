import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { TestContext } from 'node:test';
import { type Kernel, kernelBelow, machineKernel } from './kernel.ts';
import { isRoot, need } from './need.ts';
import { cache, checkout } from './paths.ts';
import { type Ran, run } from './run.ts';
import { scratch } from './scratch.ts';

/** `machine`: this machine's own system with its distribution's kernel; `trixie`: a Debian 13. */
export type HostName = 'machine' | 'trixie';

export interface ThrowAwayHost {
  readonly kernel: Kernel;
  /** The kernel's path as the host sees it. */
  readonly kernelImage: string;
  /** The files that differ from the root below, a directory of this machine. */
  readonly upper: string;
  /** The directory that is mounted at /efi in the host. */
  readonly boot: string;
  /** Writes a file of the host. */
  write(path: string, content: string, mode?: number): void;
  /** Runs a program in the host: stdin at its end, no terminal, at `/`. What it changes stays for the next one. */
  enter(argv: readonly string[], env?: Readonly<Record<string, string>>): Promise<Ran>;
}

/**
 * A whole system under an overlay that the test may spoil; undefined where the test has to be skipped. `binds` are more
 * options of enter-root.sh.
 */
export function throwAwayHost(
  t: TestContext,
  name: HostName,
  binds: readonly string[] = [],
): ThrowAwayHost | undefined {
  if (!need(t, isRoot(), 'needs root to enter a throw-away root')) return undefined;
  const host = openHost(scratch(t), name, binds);
  need(t, host !== undefined, `no ${name} fixture: run tests/helpers/setup.sh`);
  return host;
}

/** The same for a directory of the caller's, which holds all that the host writes. */
export function openHost(
  directory: string,
  name: HostName,
  moreBinds: readonly string[] = [],
): ThrowAwayHost | undefined {
  const root = name === 'machine' ? '/' : join(cache, 'trixie');
  const kernel = name === 'machine' ? machineKernel() : kernelBelow(root);
  if (kernel === undefined) return undefined;

  const overlay = join(directory, 'overlay');
  const upper = join(overlay, 'upper');
  const boot = join(directory, 'efi');
  mkdirSync(boot);
  mkdirSync(upper, { recursive: true });
  const binds = [...(name === 'machine' ? machineBinds(kernel, moreBinds) : []), ...moreBinds];
  return hostAt({ kernel, upper, boot, entering: ['--overlay', overlay, ...binds, root] });
}

/** Where a host sees itself once more, with /proc and /sys as they lie in `upper`. */
export const bare = '/bare';

interface Place extends Pick<ThrowAwayHost, 'kernel' | 'upper' | 'boot'> {
  /** Options of enter-root.sh, and the root. */
  readonly entering: readonly string[];
}

function hostAt({ entering, ...place }: Place): ThrowAwayHost {
  const { kernel, upper, boot } = place;
  const enterRoot = join(checkout, 'tests/helpers/enter-root.sh');
  return {
    ...place,
    kernelImage: `/boot/vmlinuz-${kernel.version}`,
    write: (path, content, mode = 0o644) => {
      const target = join(upper, path);
      mkdirSync(dirname(target), { recursive: true });
      writeFileSync(target, content, { mode });
    },
    enter: (argv, env = {}) => {
      const pairs = Object.entries(env).flatMap(([key, value]) => ['--setenv', `${key}=${value}`]);
      const options = ['--bind', boot, '/efi', '--bare', bare, ...pairs, ...entering];
      return run([enterRoot, ...options, 'setsid', '--wait', ...argv]);
    },
  };
}

// The kernel as if it were installed, and this Node.js wherever it lies.
function machineBinds(kernel: Kernel, bound: readonly string[]): readonly string[] {
  return [
    ...['--bind-ro', join(kernel.root, 'usr/lib/modules'), '/usr/lib/modules'],
    // A mount below another one would still be seen in /proc/mounts.
    ...(bound.includes('/boot') ? [] : ['--bind-ro', join(kernel.root, 'boot'), '/boot']),
    ...['--bind-ro', process.execPath, '/usr/bin/node'],
  ];
}
