import { copyFileSync, mkdirSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { busybox } from './busybox.ts';
import { runOk } from './run.ts';

/** The last line that a root of ours prints. */
export const rootReached = /^SWITCH-ROOT-REACHED$/m;

export interface RootDisk {
  readonly directory: string;
  readonly label: string;
  readonly uuid: string;
  /** More files of the root, by their paths in it. */
  readonly files?: Readonly<Record<string, string>>;
}

/** An ext4 image with a root that tells where it came from and powers off. Needs no loop device. */
export async function rootDisk({ directory, label, uuid, files = {} }: RootDisk): Promise<string> {
  const tree = join(directory, 'root');
  const image = join(directory, 'root.img');
  plantRoot(tree, files);
  const identity = ['-L', label, '-U', uuid, '-E', 'root_owner=0:0'];
  await runOk(['mkfs.ext4', '-q', '-F', '-d', tree, ...identity, image, '48M']);
  // SD cards come in powers of two.
  truncateSync(image, 64 * 2 ** 20);
  return image;
}

/** The root as a tree: switch-root wants an os-release, a /usr that is not empty, and an init. */
export function plantRoot(tree: string, files: Readonly<Record<string, string>> = {}): void {
  for (const name of ['dev', 'proc', 'sys', 'run', 'tmp', 'var', 'etc', 'usr/bin', 'usr/lib']) {
    mkdirSync(join(tree, name), { recursive: true });
  }
  for (const name of ['bin', 'sbin']) symlinkSync('usr/bin', join(tree, name));
  copyFileSync(busybox(), join(tree, 'usr/bin/busybox'));
  for (const name of ['sh', 'cat', 'grep', 'poweroff', 'swapon']) {
    symlinkSync('busybox', join(tree, 'usr/bin', name));
  }
  writeFileSync(join(tree, 'usr/lib/os-release'), 'ID=test\nNAME=Test\nPRETTY_NAME="Test root"\n');
  symlinkSync('../usr/lib/os-release', join(tree, 'etc/os-release'));
  writeFileSync(join(tree, 'usr/bin/init'), init, { mode: 0o755 });
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(tree, path)), { recursive: true });
    writeFileSync(join(tree, path), text);
  }
}

const init = `#!/bin/sh
export PATH=/usr/bin
exec </dev/console >/dev/console 2>&1
echo
while read -r device point type options rest; do
  [ "$point" = / ] && echo "ROOT-MOUNT $device $type"
  case $device in /*) echo "MOUNTED $point $device $type $options" ;; esac
done </proc/mounts
read -r uptime idle </proc/uptime
echo "ROOT-UPTIME $uptime"
read -r cpu user nice system other waiting rest </proc/stat
echo "ROOT-IDLE $idle $waiting"
for word in $(cat /proc/cmdline); do
  case $word in
    test.show=*) echo "SHOW \${word#*=}: $(cat "\${word#*=}")" ;;
    test.run=*) sh "\${word#*=}" ;;
    test.hibernate=*)
      swapon "\${word#*=}"
      echo shutdown >/sys/power/disk
      echo disk >/sys/power/state && echo RESUMED
      ;;
  esac
done
echo SWITCH-ROOT-REACHED
exec poweroff -f
`;
