import assert from 'node:assert/strict';
import test from 'node:test';
import type { StorageNode, StorageStack } from '../../../src/model/storage.ts';
import { hostEntries } from '../../../src/plan/host-entries.ts';
import { facts } from '../../helpers/plan-fixture.ts';

const disk: StorageNode = { type: 'disk', device: 'sda', drivers: [] };

function crypt(
  name: string,
  below: StorageNode,
  format: 'luks2' | 'verity' = 'luks2',
): StorageNode {
  return {
    type: 'crypt',
    format,
    algorithms: [],
    tokens: [],
    device: 'dm-0',
    name,
    below: [below],
  };
}

function lvm(below: StorageNode): StorageNode {
  return { type: 'lvm', device: 'dm-1', name: 'vg-lv', below: [below] };
}

function of(top: StorageNode, lines: readonly string[], commandLine: readonly string[] = []) {
  const root = {
    purpose: '/',
    required: true,
    source: 'x',
    fileSystem: 'ext4',
    checksum: null,
  } as const;
  const storage: readonly StorageStack[] = [{ ...root, below: [top] }];
  const crypttab = lines.map((line) => {
    const [name = '', device = ''] = line.split(' ');
    return { name, device, keyFile: 'none', options: [], purpose: '/', line };
  });
  const options = { profiles: [], bootRecord: true };
  return hostEntries(facts({ storage, crypttab, commandLine }), { files: [] }, options).map(
    ({ path, content }) => [path, content.type === 'text' ? content.text : ''],
  );
}

const unit = (device: string): string =>
  `etc/systemd/system/dev-${device}.device.d/40-pkginitrd-nested.conf`;
const after = (...names: readonly string[]): string =>
  `[Unit]\n${names.map((name) => `After=systemd-cryptsetup@${name}.service\n`).join('')}`;
const inner = unit('disk-by\\x2duuid-1\\x2da');

for (const [name, top, lines, commandLine, expected] of [
  ['none on a disk', crypt('root', disk), ['root UUID=1-a none'], [], []],
  [
    'one on another',
    crypt('root', crypt('my-disk', disk)),
    ['my-disk UUID=2 none', 'root UUID=1-a none'],
    [],
    [[inner, after('my\\x2ddisk')]],
  ],
  [
    'one on a volume on two others, one of which knows only the command line',
    crypt('root', lvm(crypt('b', crypt('a', disk)))),
    ['root /dev/vg/lv none'],
    ['rd.luks.name=1-a=b', 'luks.uuid=2'],
    [
      [inner, after('a')],
      [unit('vg-lv'), after('a', 'b')],
    ],
  ],
  [
    'one that has its UUID as its name',
    crypt('luks-1-a', crypt('a', disk)),
    [],
    ['rd.luks.uuid=luks-1-a'],
    [[inner, after('a')]],
  ],
  [
    'none where the real system opens it',
    crypt('root', crypt('a', disk)),
    [],
    ['rd.luks.uuid=9'],
    [],
  ],
  ['none on dm-verity', crypt('root', crypt('a', disk, 'verity')), ['root UUID=1-a none'], [], []],
] as const) {
  test(`an encrypted device is waited for when those below are set up: ${name}`, () => {
    assert.deepEqual(of(top, lines, commandLine), expected);
  });
}
