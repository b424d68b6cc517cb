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
