import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { readMounts } from '../../../src/host/mounts.ts';
import { readStorage } from '../../../src/host/storage.ts';
import type { StorageStack, Transport } from '../../../src/model/storage.ts';
import { layersOf } from '../../../src/plan/storage/layers.ts';
import { makeSys } from '../../../src/sys/sys.ts';
import { plant, scratch, type Tree } from '../../helpers/scratch.ts';
import { hosts } from '../../hosts/hosts.ts';
import { block, disk, mounts, verity } from '../../hosts/sysfs.ts';

const appliance = hosts['an appliance with a verity /usr and a /var that is mounted in the initrd'];

function read(t: TestContext, tree: Tree): readonly StorageStack[] {
  const sys = makeSys({ searchPath: '/usr/bin:/bin' });
  const root = sys.root(plant(scratch(t), tree));
  return readStorage(sys, root, readMounts(root));
}

for (const [name, tree, algorithms] of [
  ['of its hash device', appliance, ['sha256']],
  ['wherever below it', { ...appliance, 'dev/vda2': verity('sha3-256') }, ['sha256', 'sha3-256']],
  ['and none without superblock', { ...appliance, 'dev/vda3': Buffer.alloc(4096) }, []],
  ['and none of a device that is shorter', { ...appliance, 'dev/vda3': 'verity' }, []],
] as const) {
  test(`readStorage() gives a verity device the hash ${name}`, (t) => {
    const [top] = read(t, tree).find(({ purpose }) => purpose === '/usr')?.below ?? [];
    assert.ok(top?.type === 'crypt');
    assert.deepEqual([top.format, top.algorithms], ['verity', algorithms]);
  });
}

test('readStorage() gives a stack for what fstab mounts in the initrd, and says what the boot waits for', (t) => {
  const storage = read(t, {
    ...appliance,
    'dev/disk/by-uuid/a0b1': { link: '../../vda2' },
    'etc/fstab': `# /dev/vda4 /commented ext4 x-initrd.mount
UUID=4 / ext4 x-initrd.mount
UUID=5 /var//log/ xfs x-initrd.mount
UUID=6 /srv/my\\040data f2fs ro,x-initrd.mount,nofail
UUID=7 /home ext4 defaults
UUID=8 /opt ext4 noauto,x-initrd.mount
UUID=9 /gone auto x-initrd.mount
UUID=A0B1 /found btrfs x-initrd.mount
UUID=9 /rather ext4 x-initrd.mount,nofail
UUID=10 /later ext4 x-initrd.mount,x-systemd.automount
UUID=11 none swap x-initrd.mount
`,
    ...mounts(
      ['254:4', '/', 'ext4', '/dev/vda4'],
      ['254:5', '/var/log', 'xfs', '/dev/vda5'],
      ['254:6', '/srv/my\\040data', 'f2fs', '/dev/vda6'],
      ['254:1', '/home', 'ext4', '/dev/vda1'],
      ['254:1', '/opt', 'ext4', '/dev/vda1'],
      ['0:41', '/var/log', 'overlay', 'sysext'],
      ['0:40', '/later', 'autofs', 'systemd-1'],
    ),
  });
  assert.deepEqual(
    storage.map(({ purpose, required, fileSystem, below }) => [
      purpose,
      required,
      fileSystem,
      below[0]?.device,
    ]),
    [
      ['/', true, 'ext4', 'vda4'],
      ['/var/log', true, 'xfs', 'vda5'],
      ['/srv/my data', false, 'f2fs', 'vda6'],
      ['/gone', true, null, undefined],
      ['/found', true, 'btrfs', 'vda2'],
      ['/later', true, 'ext4', undefined],
    ],
  );
});

test('readStorage() of swap and a device to resume from: the boot goes on without', (t) => {
  const server = hosts['a server with md RAID and LVM on a MegaRAID controller'];
  assert.deepEqual(
    read(t, server).map(({ purpose, required }) => [purpose, required]),
    [
      ['/', true],
      ['swap', false],
    ],
  );
});

const session = 'platform/host2/session1';
const fabrics = 'virtual/nvme-fabrics/ctl/nvme0';
const subsystem = 'virtual/nvme-subsystem/nvme-subsys0';

for (const [what, tree, transport] of [
  [
    'iSCSI',
    {
      ...disk(`${session}/target2:0:0/2:0:0:1`, 'sda', [8, 0], 1),
      'sys/devices/platform/host2/scsi_host/host2/proc_name': 'iscsi_tcp\n',
      ...mounts(['8:1', '/', 'ext4', '/dev/sda1']),
    },
    { type: 'iscsi', by: 'iscsi_tcp' },
  ],
  [
    'a network block device',
    { ...block('virtual/block/nbd0', [43, 0]), ...mounts(['43:0', '/', 'ext4', '/dev/nbd0']) },
    { type: 'nbd', by: 'nbd' },
  ],
  [
    'NVMe over TCP',
    {
      ...block(`${fabrics}/nvme0n1`, [259, 0]),
      [`sys/devices/${fabrics}/transport`]: 'tcp\n',
      ...mounts(['259:0', '/', 'ext4', '/dev/nvme0n1']),
    },
    { type: 'nvmf', by: 'tcp' },
  ],
  [
    'NVMe over TCP by several paths',
    {
      ...block(`${subsystem}/nvme0n1`, [259, 0]),
      [`sys/devices/${subsystem}/nvme0`]: { link: `/sys/devices/${fabrics}` },
      [`sys/devices/${fabrics}/transport`]: 'tcp\n',
      ...mounts(['259:0', '/', 'ext4', '/dev/nvme0n1']),
    },
    { type: 'nvmf', by: 'tcp' },
  ],
  [
    'NVMe on a bus',
    {
      ...block('pci0000:00/0000:00:04.0/nvme/nvme0/nvme0n1', [259, 0]),
      'sys/devices/pci0000:00/0000:00:04.0/nvme/nvme0/transport': 'pcie\n',
      ...mounts(['259:0', '/', 'ext4', '/dev/nvme0n1']),
    },
    undefined,
  ],
] as const satisfies readonly (readonly [string, Tree, Transport | undefined])[]) {
  test(`readStorage() tells the way to a disk: ${what}`, (t) => {
    const below = read(t, tree).find(({ purpose }) => purpose === '/')?.below ?? [];
    const bottom = below.flatMap((node) => [...layersOf(node)]).at(-1);
    assert.ok(bottom?.type === 'disk');
    assert.deepEqual(bottom.transport, transport);
  });
}
