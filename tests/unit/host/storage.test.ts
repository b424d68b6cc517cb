import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { readStorage } from '../../../src/host/storage.ts';
import type { StorageStack } from '../../../src/model/storage.ts';
import { makeSys } from '../../../src/sys/sys.ts';
import { plant, scratch, type Tree } from '../../helpers/scratch.ts';
import { hosts } from '../../hosts/hosts.ts';
import { verity } from '../../hosts/sysfs.ts';

const appliance = hosts['an appliance with a verity /usr'];

function read(t: TestContext, tree: Tree): readonly StorageStack[] {
  return readStorage(makeSys({ searchPath: '/usr/bin:/bin' }), plant(scratch(t), tree));
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
