import { basename } from 'node:path';
import { pathFrom } from '../model/brands.ts';
import { UsageError } from '../model/errors.ts';
import type { BuildInvocation, SkipInvocation } from '../model/invocation.ts';
import { forThisHost } from './for-this-host.ts';

/**
 * Reads the arguments of a kernel-install plugin (kernel-install(8)): `add KERNEL ENTRY_DIR IMAGE [INITRD…]` or
 * `remove KERNEL ENTRY_DIR`, and KERNEL_INSTALL_* in the environment. systemd 252 sets neither IMAGE_TYPE
 * nor UKI_GENERATOR. Unknown verbs and variables are ignored.
 */
export function parseKernelInstall(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
  cwd: string,
): BuildInvocation | SkipInvocation {
  const verbose = Number(env['KERNEL_INSTALL_VERBOSE'] ?? '0') > 0;
  const reason = reasonToSkip(args, env);
  if (reason !== undefined) return { type: 'skip', reason: `${reason}, skipping`, verbose };
  const [, version, entryDirectory, image] = args;
  const layout = env['KERNEL_INSTALL_LAYOUT'];
  if (version === undefined || entryDirectory === undefined || image === undefined) {
    throw new UsageError(
      'Cannot add a kernel: expected "add KERNEL ENTRY_DIRECTORY IMAGE"',
      'This command is for the kernel-install plugin; use "pkginitrd build" by hand',
    );
  }
  const staging = env['KERNEL_INSTALL_STAGING_AREA'];
  if (!staging) {
    throw new UsageError(
      'Cannot add a kernel: KERNEL_INSTALL_STAGING_AREA is not set',
      'Run "kernel-install add", which sets it; it needs systemd 251 or later',
    );
  }
  const bootRoot = env['KERNEL_INSTALL_BOOT_ROOT'];
  return {
    type: 'build',
    request: forThisHost(version),
    kernelImage: pathFrom(cwd, image),
    destination: {
      type: 'staging',
      directory: pathFrom(cwd, staging),
      layout: layout === '' ? undefined : layout,
      // kernel-install makes the directory for this layout alone, and passes its name for every other.
      entryDirectory: layout === 'bls' ? pathFrom(cwd, entryDirectory) : undefined,
      bootRoot: bootRoot ? pathFrom(cwd, bootRoot) : undefined,
    },
    verbose,
    quiet: false,
    format: 'text',
    debug: false,
  };
}

function reasonToSkip(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): string | undefined {
  const [verb = ''] = args;
  if (verb !== 'add') return `Nothing to do for "${verb}"`;
  if (env['KERNEL_INSTALL_IMAGE_TYPE'] === 'uki') {
    return 'The kernel image is a UKI with an initrd of its own';
  }
  // ukify stays away when another UKI generator is chosen, and there would be no boot entry at all.
  if (
    env['KERNEL_INSTALL_UKI_GENERATOR'] === 'pkginitrd' &&
    env['KERNEL_INSTALL_LAYOUT'] === 'uki'
  ) {
    throw new UsageError(
      'Cannot make a unified kernel image: ukify makes them of the initrd that pkginitrd stages',
      'Set initrd_generator=pkginitrd and uki_generator=ukify in /etc/kernel/install.conf',
    );
  }
  const generator = env['KERNEL_INSTALL_INITRD_GENERATOR'] ?? '';
  if (generator !== 'pkginitrd') {
    return `The initrd generator is "${generator}", not "pkginitrd"`;
  }
  if (!args.slice(4).every(isMicrocode)) return 'The caller brings its own initrd';
  return undefined;
}

/** `amd-ucode.img` and its like goes before an initrd and is none. The plugin tells it by the same names. */
function isMicrocode(path: string): boolean {
  return /ucode|microcode/.test(basename(path));
}
