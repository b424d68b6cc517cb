import { existsSync, mkdirSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { checkout } from './paths.ts';
import { type Ran, runOk } from './run.ts';
import type { ThrowAwayHost } from './throw-away-host.ts';

/** The files that the loader reads on the ESP. */
export interface LoaderEntry {
  readonly kernel: string;
  readonly initrds: readonly string[];
  readonly options: string;
}

export interface Settings {
  /** The word of `initrd_generator=`, absent: none. */
  readonly generator?: string;
  readonly options?: string;
}

const configuration = '/etc/kernel-install-test';

/** Installs the product in the host as a package would, and configures its kernel-install. */
export async function deploy(host: ThrowAwayHost, settings: Settings): Promise<void> {
  await runOk([join(checkout, 'plugin/deploy.sh'), host.upper]);
  configure(host, settings);
}

/** For tests of the plugin alone: depmod takes seconds and is not what they are about. */
export const onlyOurPlugin = {
  KERNEL_INSTALL_PLUGINS: ['52-pkginitrd', '90-loaderentry']
    .map((name) => `/usr/lib/kernel/install.d/${name}.install`)
    .join(' '),
};

/** Settings of kernel-install(8) in a directory of their own, so that the host's do not count. */
export function configure(host: ThrowAwayHost, { generator, options }: Settings): void {
  const chosen = generator === undefined ? '' : `initrd_generator=${generator}\n`;
  host.write(`${configuration}/install.conf`, `layout=bls\n${chosen}`);
  host.write(`${configuration}/entry-token`, 'test\n');
  host.write(`${configuration}/cmdline`, `${options ?? 'root=LABEL=unused'}\n`);
}

/** Runs the host's real kernel-install, the ESP being the directory `host.boot`. */
export function kernelInstall(
  host: ThrowAwayHost,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Ran> {
  mkdirSync(join(host.boot, 'loader/entries'), { recursive: true });
  return host.enter(['kernel-install', ...args], {
    KERNEL_INSTALL_CONF_ROOT: configuration,
    KERNEL_INSTALL_READ_MACHINE_INFO: 'no',
    MACHINE_ID: '3a9d668b4db749398a4a5e78a03bffa5',
    BOOT_ROOT: '/efi',
    BOOT_MNT: '/efi',
    ...env,
  });
}

/** The host's loader entry for its kernel, or the one with a suffix, with the paths as this machine sees them. */
export function loaderEntry(host: ThrowAwayHost, suffix = ''): LoaderEntry | undefined {
  const file = join(host.boot, 'loader/entries', `test-${host.kernel.version}${suffix}.conf`);
  if (!existsSync(file)) return undefined;
  const rows = readFileSync(file, 'utf8')
    .split('\n')
    .map((line) => /^(\S+)\s+(.*)$/.exec(line));
  const values = (key: string): string[] =>
    rows.flatMap((row) => (row?.[1] === key && row[2] !== undefined ? [row[2].trim()] : []));
  return {
    kernel: join(host.boot, values('linux')[0] ?? ''),
    initrds: values('initrd').map((path) => join(host.boot, path)),
    options: values('options').join(' '),
  };
}

/** Every file of the ESP, from its root. */
export function bootFiles(host: ThrowAwayHost): readonly string[] {
  return readdirSync(host.boot, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(host.boot.length + 1))
    .sort();
}
