import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseModulesAlias } from '../../../src/formats/modules-alias.ts';
import type { ModuleInfo } from '../../../src/model/facts.ts';
import { isIndexed } from '../../../src/plan/indexed.ts';
import { facts } from '../../helpers/plan-fixture.ts';

const path = 'kernel/fs/ext4/ext4.ko';
const modules = {
  ...facts().kernel.modules,
  aliases: parseModulesAlias('alias fs-ext4 ext4\nalias fs-ext3 ext4\nalias fs-btrfs btrfs\n'),
  softdeps: new Map([['ext4', ['crc32c']]]),
  builtin: new Set(['crc16']),
};
const host = { kernel: { ...facts().kernel, modules } };
const own: ModuleInfo = {
  name: 'ext4',
  depends: ['jbd2', 'mbcache', 'crc16'],
  softdeps: ['crc32c'],
  weakdeps: ['other'],
  aliases: ['fs_ext4', 'fs_ext3'],
  firmware: [],
};

const rows: readonly (readonly [string, boolean, Partial<ModuleInfo> | undefined])[] = [
  ['the index has all that it says', true, {}],
  ['it says less', true, { depends: [], softdeps: [], aliases: [] }],
  ['it depends on one more', false, { depends: ['jbd2', 'new'] }],
  ['it has an alias more', false, { aliases: ['fs_ext4', 'fs_ext5'] }],
  ['its alias is that of another module', false, { aliases: ['fs_btrfs'] }],
  ['it has a soft dependency more', false, { softdeps: ['crc32c', 'new'] }],
  ['it was not read', false, undefined],
];

for (const [what, expected, changes] of rows) {
  test(`isIndexed() of a module where ${what}`, () => {
    const files = [{ name: 'ext4', path, from: { type: 'built in' } as const }];
    const infos = new Map(changes === undefined ? [] : [[path, { ...own, ...changes }]]);
    assert.equal(isIndexed(host, { files }, infos), expected);
  });
}

test('isIndexed() of a module that the index does not have', () => {
  const files = [{ name: 'x', path: 'kernel/x.ko', from: { type: 'built in' } as const }];
  assert.equal(isIndexed(host, { files }, new Map([['kernel/x.ko', own]])), false);
});
