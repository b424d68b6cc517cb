import assert from 'node:assert/strict';
import test, { type TestContext } from 'node:test';
import { readEsp } from '../../../src/host/esp.ts';
import { readMounts } from '../../../src/host/mounts.ts';
import { rootFiles } from '../../../src/sys/root-files.ts';
import { plant, scratch, type Tree } from '../../helpers/scratch.ts';
import { block, mounts } from '../../hosts/sysfs.ts';

const at = (place: string) => ({ type: 'mounted', at: place });

type Row = readonly [device: string, point: string, type: string, source: string];

function esp(t: TestContext, ...rows: readonly Row[]) {
  return espOf(t, {}, ...rows);
}

function espOf(t: TestContext, tree: Tree, ...rows: readonly Row[]) {
  const root = rootFiles(
    plant(scratch(t), {
      ...block('pci0000:00/block/sda/sda1', [8, 1]),
      ...block('pci0000:00/block/sda/sda2', [8, 2]),
      'dev/disk/by-partuuid/aaaa-1': { link: '../../sda1' },
      'dev/disk/by-partuuid/bbbb-2': { link: '../../sda2' },
      'dev/disk/by-uuid/AB12-CD34': { link: '../../sda1' },
      ...tree,
      ...mounts(['8:3', '/', 'ext4', '/dev/sda3'], ...rows),
    }),
  );
  return readEsp(root, readMounts(root));
}

test('readEsp() finds the partition that is mounted where the firmware boots from', (t) => {
  const first: Row = ['8:1', '/boot/efi', 'vfat', '/dev/sda1'];
  const second: Row = ['8:2', '/boot', 'vfat', '/dev/sda2'];
  assert.deepEqual(esp(t, first), { partition: 'aaaa-1', from: at('/boot/efi') });
  assert.deepEqual(esp(t, second), { partition: 'bbbb-2', from: at('/boot') });
  assert.deepEqual(esp(t, second, first), { partition: 'aaaa-1', from: at('/boot/efi') });
});

test('readEsp() finds none where /boot is another file system, or the device has no name', (t) => {
  assert.equal(esp(t), undefined);
  assert.equal(esp(t, ['8:1', '/boot', 'ext4', '/dev/sda1']), undefined);
  assert.equal(esp(t, ['8:9', '/efi', 'vfat', '/dev/sdz']), undefined);
});

test('readEsp() finds the same one whether an automount has brought it up or not', (t) => {
  const mounted: Row = ['8:1', '/efi', 'vfat', '/dev/sda1'];
  const waiting: Row = ['0:40', '/efi', 'autofs', 'systemd-1'];
  // A partition for kernels beside it, which is always there.
  const boot: Row = ['8:2', '/boot', 'vfat', '/dev/sda2'];
  const variable =
    'sys/firmware/efi/efivars/LoaderDevicePartUUID-4a67b082-0a4c-41cf-b6c7-440b29bb8c4f';
  const loader = (name: string) => ({
    [variable]: Buffer.concat([Buffer.of(6, 0, 0, 0), Buffer.from(`${name}\0`, 'utf16le')]),
  });
  const line = (source: string) => ({ 'etc/fstab': `${source} /efi vfat noauto,umask=0077 0 2\n` });
  for (const [tree, from] of [
    [line('UUID=AB12-CD34'), at('/efi')],
    [line('UUID=ab12-cd34'), at('/efi')],
    [line('PARTUUID="AAAA-1"'), at('/efi')],
    [line('/dev/disk/by-uuid/AB12-CD34'), at('/efi')],
    [line('/dev/sda1'), at('/efi')],
    [loader('AAAA-1'), { type: 'boot loader' }],
  ] as const) {
    for (const rows of [[boot], [boot, waiting], [boot, waiting, mounted]]) {
      assert.deepEqual(espOf(t, tree, ...rows), { partition: 'aaaa-1', from });
    }
  }
  // A disk that is not there any more.
  assert.deepEqual(espOf(t, loader('CCCC-3'), boot), { partition: 'bbbb-2', from: at('/boot') });
});
