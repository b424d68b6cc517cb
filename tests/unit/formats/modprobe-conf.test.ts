import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseModprobeConf } from '../../../src/formats/modprobe-conf.ts';
import { processorTime } from '../../helpers/processor-time.ts';

// Each row was held against `modprobe -n -v -C FILE` of kmod 30.
const rows: readonly (readonly [string, unknown])[] = [
  ['blacklist usb-storage # why', { type: 'blacklist', module: 'usb_storage' }],
  ['  blacklist\text\\\n4', { type: 'blacklist', module: 'ext4' }],
  ['alias nv*-[a-c] loop', { type: 'alias', pattern: 'nv*_[a-c]', module: 'loop' }],
  ['install jb-* /bin/false', { type: 'install', pattern: 'jb_*', command: '/bin/false' }],
  [
    'softdep nvme pre: vmd dm-mod post: loop',
    { type: 'softdep', pattern: 'nvme', words: ['vmd', 'dm_mod', 'loop'] },
  ],
  ['softdep nvme dm_mod', { type: 'softdep', pattern: 'nvme', words: ['dm_mod'] }],
  ['weakdep btrfs xor', { type: 'weakdep', pattern: 'btrfs', words: ['xor'] }],
  ['Blacklist ext4', undefined],
  ['options ext4 x=1', undefined],
  ['remove ext4 /bin/true', undefined],
  ['#blacklist ext4', undefined],
  ['  # blacklist ext4', undefined],
  ['blacklist', undefined],
  ['alias nvme', undefined],
];

for (const [text, command] of rows) {
  test(`parseModprobeConf() reads ${JSON.stringify(text)} as libkmod does`, () => {
    const found = parseModprobeConf(`\n${text}\n`).map(({ line, command: each }) => [line, each]);
    assert.deepEqual(found, command === undefined ? [] : [[2, command]]);
  });
}

test('parseModprobeConf() reads a file of backslashes in no time', () => {
  const text = `${'\\'.repeat(200_000)} x\n`.repeat(5);
  assert.ok(processorTime(() => parseModprobeConf(text)) < 2000);
});
