import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { absolutePath } from '../../src/model/brands.ts';
import type { ImageRequest } from '../../src/model/invocation.ts';
import { makeSys } from '../../src/sys/sys.ts';
import { decide } from '../../src/verbs/decide.ts';
import { rescueRequest } from '../../src/verbs/rescue.ts';
import { checkout } from '../helpers/paths.ts';
import { plant, scratch } from '../helpers/scratch.ts';
import { releases } from './os-releases.ts';

const sys = makeSys({ searchPath: '/usr/bin:/bin' });
const key = 'etc/cryptsetup-keys.d/root.key';

test('The plan of a rescue image has all that lies on this machine may, and nothing of a host with keys', async (t) => {
  const root = plant(scratch(t), {
    'etc/os-release': releases['Debian 13']?.text ?? '',
    'etc/crypttab': `root UUID=1 /${key} x-initrd.attach\n`,
    'etc/fstab': '/dev/mapper/root / ext4 defaults\n',
    [key]: 'secret',
    'usr/bin/apt-get': '',
    'usr/bin/dpkg': '',
    'var/lib/dpkg/status': '',
    'etc/vconsole.conf': 'KEYMAP=de\n',
    'etc/pkginitrd/50-own.conf': `[Content]\nHostFiles=/${key}\n`,
    'proc/cmdline': `root=/dev/mapper/root rd.luks.key=/${key}\n`,
    // Everything is built into this kernel: modules are not what this is about.
    'usr/lib/modules/6.1/modules.builtin':
      'kernel/fs/ext4/ext4.ko\nkernel/drivers/md/dm-crypt.ko\n',
    'boot/config-6.1': ['RD_ZSTD', 'BLK_DEV_INITRD', 'TMPFS', 'DEVTMPFS']
      .map((name) => `CONFIG_${name}=y\n`)
      .join(''),
  });
  const of = (request: ImageRequest) =>
    decide(
      sys,
      { ...request, hostRoot: root },
      { vendorDirectory: absolutePath(`${checkout}/dropins`), architecture: 'x86-64' },
    );
  const { plan } = await of(rescueRequest('6.1'));
  const own = await of({ ...rescueRequest('6.1'), generic: false });
  assert.ok(
    own.plan.host.some(({ path }) => path === key),
    'an image of the host has the key',
  );
  const words = (items: readonly { readonly value: string }[]) => items.map(({ value }) => value);
  const text = [
    `profiles  ${words(plan.profiles).join(' ')}`,
    `packages  ${words(plan.packages.install).join(' ')}`,
    `host      ${plan.host.map(({ path }) => path).join(' ')}`,
  ];
  const path = new URL('rescue.txt', import.meta.url);
  const made = text.map((line) => `${line.trimEnd()}\n`).join('');
  if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(path, made);
  assert.equal(made, readFileSync(path, 'utf8'));
});
