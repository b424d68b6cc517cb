import assert from 'node:assert/strict';
import test from 'node:test';
import type { StorageNode, StorageStack } from '../../../../src/model/storage.ts';
import { programNeeds } from '../../../../src/plan/storage/program-needs.ts';

const disk: StorageNode = { type: 'disk', device: 'sda', drivers: [] };
const layer = { device: 'dm-0', name: 'x', below: [disk] };
const verity: StorageNode = {
  ...{ type: 'crypt', format: 'verity', algorithms: [], tokens: [] },
  ...layer,
};
const luks: StorageNode = { ...verity, format: 'luks2' };
const lvmOnRaid: StorageNode = {
  ...{ type: 'lvm', ...layer },
  below: [{ type: 'raid', level: 'raid1', ...layer }],
};

function stack(purpose: StorageStack['purpose'], required: boolean, node: StorageNode) {
  const facts = { source: '/dev/x', fileSystem: 'ext4', checksum: null, below: [node] };
  return { purpose, required, ...facts };
}

test('programNeeds() names a program for every layer that the boot waits for', () => {
  const storage = [
    stack('/', true, lvmOnRaid),
    stack('/usr', true, verity),
    stack('/var', true, luks),
    stack('/srv', false, luks),
    stack('/opt', true, disk),
  ];
  assert.deepEqual(programNeeds(storage), [
    { what: 'crypt under /usr', anyOf: ['systemd-veritysetup', 'veritysetup'] },
    { what: 'crypt under /var', anyOf: ['systemd-cryptsetup', 'cryptsetup'] },
    { what: 'lvm under /', anyOf: ['lvm'] },
    { what: 'raid under /', anyOf: ['mdadm'] },
  ]);
});

test('programNeeds() names what mounts a root behind a network, and what connects its disk', () => {
  const behind = (type: 'iscsi' | 'nbd' | 'nvmf'): StorageNode => ({
    ...{ type: 'disk', device: 'sda', drivers: [], transport: { type, by: 'x' } },
  });
  const storage = [
    { ...stack('/', true, behind('iscsi')), fileSystem: 'xfs' },
    stack('/a', true, behind('nbd')),
    stack('/b', true, behind('nvmf')),
    { ...stack('/c', true, disk), fileSystem: 'nfs4', below: [] },
    { ...stack('/d', true, disk), fileSystem: 'cifs', below: [] },
    { ...stack('/e', true, disk), fileSystem: '9p', below: [] },
  ];
  assert.deepEqual(programNeeds(storage), [
    { what: 'disk under /', anyOf: ['iscsistart'] },
    { what: 'disk under /a', anyOf: ['nbd-client'] },
    { what: 'disk under /b', anyOf: ['nvme'] },
    { what: 'file system cifs of /d', anyOf: ['mount.cifs'] },
    { what: 'file system nfs4 of /c', anyOf: ['mount.nfs'] },
  ]);
});

test('programNeeds() names what checks a pool of LVM besides lvm', () => {
  const pooled = (pool: string): StorageNode => ({
    ...{ type: 'lvm', ...layer },
    below: [{ type: 'lvm', ...layer, name: pool }],
  });
  const programs = (pool: string) =>
    programNeeds([stack('/', true, pooled(pool))]).flatMap(({ anyOf }) => anyOf);
  assert.deepEqual(programs('group-pool-tpool'), ['lvm', 'thin_check']);
  assert.deepEqual(programs('group-fast_cvol-cdata_cvol'), ['cache_check', 'lvm']);
});
