import assert from 'node:assert/strict';
import test, { type TestContext } from 'node:test';
import { readEsp } from '../../../src/host/esp.ts';
import { readMounts } from '../../../src/host/mounts.ts';
import { rootFiles } from '../../../src/sys/root-files.ts';
import { plant, scratch } from '../../helpers/scratch.ts';
import { block, mounts } from '../../hosts/sysfs.ts';

type Row = readonly [device: string, point: string, type: string, source: string];

function esp(t: TestContext, ...rows: readonly Row[]) {
  const root = rootFiles(
    plant(scratch(t), {
      ...block('pci0000:00/block/sda/sda1', [8, 1]),
      ...block('pci0000:00/block/sda/sda2', [8, 2]),
      'dev/disk/by-partuuid/aaaa-1': { link: '../../sda1' },
      'dev/disk/by-partuuid/bbbb-2': { link: '../../sda2' },
      ...mounts(['8:3', '/', 'ext4', '/dev/sda3'], ...rows),
    }),
  );
  return readEsp(root, readMounts(root));
}

test('readEsp() finds the partition that is mounted where the firmware boots from', (t) => {
  const first: Row = ['8:1', '/boot/efi', 'vfat', '/dev/sda1'];
  const second: Row = ['8:2', '/boot', 'vfat', '/dev/sda2'];
  assert.deepEqual(esp(t, first), { mountPoint: '/boot/efi', partition: 'aaaa-1' });
  assert.deepEqual(esp(t, second), { mountPoint: '/boot', partition: 'bbbb-2' });
  assert.deepEqual(esp(t, second, first), { mountPoint: '/boot/efi', partition: 'aaaa-1' });
});

test('readEsp() finds none where /boot is another file system, or the device has no name', (t) => {
  assert.equal(esp(t), undefined);
  assert.equal(esp(t, ['8:1', '/boot', 'ext4', '/dev/sda1']), undefined);
  assert.equal(esp(t, ['8:9', '/efi', 'vfat', '/dev/sdz']), undefined);
});
