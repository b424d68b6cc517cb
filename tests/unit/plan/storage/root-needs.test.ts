import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { StorageStack } from '../../../../src/model/storage.ts';
import { rootNeeds } from '../../../../src/plan/storage/root-needs.ts';
import { facts } from '../../../helpers/plan-fixture.ts';

function stack(changes: Partial<StorageStack>): StorageStack {
  return {
    ...{ purpose: '/', required: true, source: '/dev/vda1', checksum: null, below: [] },
    ...{ fileSystem: 'ext4', ...changes },
  };
}

const lvm = { type: 'lvm', device: 'dm-0', name: 'vg-x', below: [] } as const;

for (const [name, changes, needs] of [
  ['/', {}, ['file system ext4 of /: ext4 strict']],
  ['/usr', { purpose: '/usr' }, ['file system ext4 of /usr: ext4 strict']],
  [
    'another mount that the boot waits for',
    { purpose: '/var', below: [lvm] },
    ['file system ext4 of /var: ext4 strict', 'lvm dm_mod under /var: dm_mod strict'],
  ],
  ['a mount that may fail', { purpose: '/var', required: false, below: [lvm] }, []],
  ['swap', { purpose: 'swap', required: false, fileSystem: null, below: [lvm] }, []],
  ['a mount that every kernel can do', { purpose: '/scratch', fileSystem: 'tmpfs' }, []],
] as const) {
  test(`rootNeeds() of ${name}`, () => {
    const found = rootNeeds(facts({ storage: [stack(changes)] }));
    assert.deepEqual(
      found.map(
        ({ what, anyOf, strict }) => `${what}: ${anyOf.join(' ')}${strict ? ' strict' : ''}`,
      ),
      needs,
    );
  });
}
