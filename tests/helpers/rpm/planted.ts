import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { ports } from './hosts.ts';
import type { RpmPackage } from './spec.ts';

/** Packages that exist for the tests: versions to choose from, weak dependencies, scripts that misbehave. */
export function planted(work: string): readonly RpmPackage[] {
  return [
    plant('widget', '1.0', {}),
    plant('widget', '2.0', {}),
    plant('gadget', '2.0', { requires: ['widget (= 2.0-1)'] }),
    plant('gizmo', '1.0', { recommends: ['trinket'] }),
    plant('trinket', '1.0', {}),
    plant('grumpy', '1.0', { scripts: { pre: 'echo no mood today >&2\nexit 3' } }),
    plant('grumble', '1.0', { scripts: { post: 'echo grumble grumble >&2\nexit 3' } }),
    plant('intruder', '1.0', { scripts: { 'post -p /bin/bash': intruder } }),
    plant('documented', '1.0', {
      files: {
        'usr/share/doc/documented/README': 'Read me.\n',
        'usr/share/man/man1/documented.1': '.TH x\n',
        'usr/share/locale/de/LC_MESSAGES/documented.mo': 'de\n',
        'usr/share/locale/fr/LC_MESSAGES/documented.mo': 'fr\n',
      },
    }),
  ];

  function plant(name: string, version: string, given: Partial<RpmPackage>): RpmPackage {
    const tree = join(work, 'trees', `${name}-${version}`);
    mkdirSync(tree, { recursive: true });
    return {
      ...{ name, version, epoch: '0', release: '1', tree, summary: `Test package ${name}` },
      ...{ recommends: [], provides: [], scripts: {}, requires: ['bash', 'coreutils'] },
      ...given,
      files: { [`usr/share/${name}/version`]: `${version}\n`, ...given.files },
    };
  }
}

const intruder = `exec > /intruder.txt 2>&1
attempt() { if "$@" > /dev/null 2>&1; then echo "$1 $2: done"; fi; }
connect() { : < /dev/tcp/127.0.0.1/$1; }
disk() { mknod /var/tmp/disk b 254 0 && dd if=/var/tmp/disk of=/dev/null count=1; }
attempt connect ${ports.dnf4}
attempt connect ${ports.zypper}
attempt disk node
attempt mount -t tmpfs none /mnt
echo "devices: $(ls -d /sys/* 2>/dev/null)"
[ -c /dev/null ] && echo "null: a device"
exit 0`;
