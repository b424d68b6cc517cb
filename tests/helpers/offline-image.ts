import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AbsolutePath } from '../../src/model/brands.ts';
import { leavesAlone } from '../packages/apt/support.ts';
import { provesRoot } from './boots-root.ts';
import { rootDisk, rootReached } from './disk.ts';
import { buildCommand } from './image.ts';
import type { Kernel } from './kernel.ts';
import { boot, type Booted } from './qemu.ts';
import { runOk } from './run.ts';

export interface OfflineImage {
  readonly initrd: string;
  /** The build's own output. */
  readonly report: string;
  readonly manifest: string;
}

/** Builds by the bundle, as a user would, where there is no network, and proves that the host stays as it is. */
export async function offlineImage(
  kernel: Kernel,
  host: AbsolutePath,
  directory: string,
): Promise<OfflineImage> {
  const options = ['--offline', '--host-root', host];
  const command = ['unshare', '--net', ...buildCommand(kernel, directory), ...options];
  const { stdout } = await leavesAlone(host, () => runOk(command));
  const initrd = join(directory, 'initrd');
  return { initrd, report: stdout, manifest: readFileSync(`${initrd}.manifest.json`, 'utf8') };
}

/** Boots the image on a disk made in `directory`, and proves that the root was reached. */
export async function bootsOn(directory: string, kernel: Kernel, initrd: string): Promise<Booted> {
  const uuid = '4d2f3c58-0f67-4a2c-8a6a-51f4a9d5c1e7';
  const disk = await rootDisk({ directory, label: 'root', uuid });
  const booted = await boot({
    ...{ kernel: kernel.image, initrd, disks: [disk] },
    ...{ commandLine: 'root=LABEL=root rw', until: rootReached },
  });
  provesRoot(booted);
  return booted;
}

/**
 * A drop-in of the host's administrator that adds strace, removes less, and brings a tree and a script. The image says
 * so on the console when it boots: see `dropInWorked`.
 */
export function plantDropIn(host: AbsolutePath): void {
  const etc = `${host}/etc/pkginitrd`;
  const write = (path: string, text: string, mode = 0o644): void => {
    mkdirSync(join(etc, path, '..'), { recursive: true });
    writeFileSync(join(etc, path), text, { mode });
  };
  write('50-local.conf', '[Content]\nPackages=strace\nRemovePackages=less\n');
  write('extra/usr/lib/systemd/system/planted.service', unit);
  write('extra/usr/lib/planted/say', say, 0o755);
  write('postinst.d/50-enable', script, 0o755);
}

/** The line on the console that shows the drop-in's work. */
export const dropInWorked = /planted: strace -- version \S+, less is gone$/m;

const unit = `[Unit]
DefaultDependencies=no
Before=initrd-root-device.target
[Service]
Type=oneshot
ExecStart=/usr/lib/planted/say
StandardOutput=tty
TTYPath=/dev/console
`;

const say = `#!/bin/bash
read -r version < <(strace -V)
command -v less >/dev/null || gone='less is gone'
echo "planted: $version, $gone"
`;

// Fails, and with it the build, where the tree was not copied before.
const script = `#!/bin/sh
set -e
cd "$BUILDROOT/usr/lib/systemd/system"
test -f planted.service
mkdir -p initrd.target.requires
ln -s ../planted.service initrd.target.requires
`;
