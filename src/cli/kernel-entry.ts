import { kernelVersion, pathFrom } from '../model/brands.ts';
import { UsageError } from '../model/errors.ts';
import type { EntryInvocation, SkipInvocation } from '../model/invocation.ts';

/**
 * Reads what our plugins before and after kernel-install's own one pass on: `before|after` and the arguments of a plugin's
 * `add`, and KERNEL_INSTALL_* in the environment.
 */
export function parseKernelEntry(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
  cwd: string,
): EntryInvocation | SkipInvocation {
  const [step, verb, version, directory, image, ...initrds] = args;
  const token = env['KERNEL_INSTALL_ENTRY_TOKEN'];
  const bootRoot = env['KERNEL_INSTALL_BOOT_ROOT'];
  const staging = env['KERNEL_INSTALL_STAGING_AREA'];
  const layout = env['KERNEL_INSTALL_LAYOUT'];
  if (step !== 'before' && step !== 'after') throw misused();
  if (verb !== 'add' || version === undefined || directory === undefined || image === undefined) {
    throw misused();
  }
  if (!token || !bootRoot || !staging) throw misused();
  if (layout !== 'bls' && layout !== 'uki') {
    const reason = `No boot entry of the layout "${layout ?? ''}", skipping`;
    return { type: 'skip', reason, verbose: Number(env['KERNEL_INSTALL_VERBOSE'] ?? '0') > 0 };
  }
  return {
    type: 'entry',
    step,
    layout,
    entry: {
      kernelVersion: kernelVersion(version),
      bootRoot: pathFrom(cwd, bootRoot),
      // Since systemd 262 it may have another form.
      name: env['KERNEL_INSTALL_ENTRY_NAME'] || `${token}-${version}`,
      directory: pathFrom(cwd, directory),
    },
    staging: pathFrom(cwd, staging),
    kernelImage: pathFrom(cwd, image),
    initrds: initrds.map((path) => pathFrom(cwd, path)),
  };
}

function misused(): UsageError {
  return new UsageError(
    'Cannot look after a boot entry: expected "before|after add KERNEL ENTRY_DIRECTORY IMAGE [INITRD…]" and the environment of kernel-install',
    'This command is for the plugins of kernel-install',
  );
}
