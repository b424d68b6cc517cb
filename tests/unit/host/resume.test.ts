import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { readBoot } from '../../../src/host/boot.ts';
import { makeSys } from '../../../src/sys/sys.ts';
import { plant, scratch, type Tree } from '../../helpers/scratch.ts';
import { encryptedRoot } from '../../hosts/hosts.ts';
import { stacked } from '../../hosts/sysfs.ts';

const sys = makeSys({ searchPath: '/usr/bin:/bin' });

const host: Tree = {
  ...encryptedRoot,
  ...stacked('dm-1', [253, 1], ['vda1'], {
    'dm/name': 'swap',
    'dm/uuid': 'CRYPT-LUKS2-0123456789abcdef0123456789abcdef-swap',
  }),
  'dev/disk/by-uuid/77-ab': { link: '../../dm-1' },
  'dev/disk/by-label/Swap': { link: '../../dm-1' },
};

/** Each option with the name of the device, or null where there is none. */
function read(t: TestContext, commandLine: string, tree: Tree = {}): readonly unknown[] {
  const hostRoot = plant(scratch(t), { ...host, 'proc/cmdline': `${commandLine}\n`, ...tree });
  const { resume } = readBoot(sys, { hostRoot, generic: false });
  return resume.map(({ option, below }) => [option, below?.map(({ device }) => device) ?? null]);
}

const rows: readonly (readonly [option: string, device: string | null])[] = [
  ['resume=UUID=77-AB', 'dm-1'],
  ['resume=LABEL=Swap', 'dm-1'],
  ['resume=LABEL="Swap"', 'dm-1'],
  ['resume=/dev/mapper/swap', 'dm-1'],
  ['resume=/dev/dm-1', 'dm-1'],
  ['resume=/dev/disk/by-uuid/77-ab', 'dm-1'],
  ['resume=/dev/vda1', 'vda1'],
  ['resume=UUID=78', null],
  ['resume=PARTUUID=1', null],
  ['resume=LABEL=swap', null],
  ['resume=/dev/vdz9', null],
  ['resume=/dev/mapper/gone', null],
];

for (const [option, device] of rows) {
  test(`readResume() finds ${device ?? 'no device'} for ${option}`, (t) => {
    const expected = [[option, device === null ? null : [device]]];
    assert.deepEqual(read(t, `root=/dev/vda1 ${option} quiet`), expected);
  });
}

test('readResume() reads what the next boot is started with too, each option once', (t) => {
  const found = read(t, 'resume=/dev/vda1', {
    'etc/kernel/cmdline': 'resume=/dev/vdz9 quiet\n',
    'etc/default/grub': 'GRUB_CMDLINE_LINUX="resume=/dev/vda1"\n',
  });
  assert.deepEqual(found, [
    ['resume=/dev/vda1', ['vda1']],
    ['resume=/dev/vdz9', null],
  ]);
});

test('readResume() says nothing where nothing waits, or where devices cannot be seen', (t) => {
  for (const line of ['quiet', 'resume=UUID=78 noresume', 'resume=254:3', 'resume=none']) {
    assert.deepEqual(read(t, line), [], line);
  }
  const { 'dev/disk/by-uuid/77-ab': _, 'dev/disk/by-label/Swap': __, ...dark } = host;
  const hostRoot = plant(scratch(t), { ...dark, 'proc/cmdline': 'resume=UUID=78\n' });
  assert.deepEqual(readBoot(sys, { hostRoot, generic: false }).resume, []);
});

test('what resume= names is part of the storage once, whether or not it is in use', (t) => {
  const inUse = 'Filename Type Size Used Priority\n/dev/dm-1 partition 1 0 -2\n';
  const purposes = (commandLine: string, swaps: string): readonly unknown[] => {
    const tree = { ...host, 'proc/cmdline': `${commandLine}\n`, 'proc/swaps': swaps };
    const { storage } = readBoot(sys, { hostRoot: plant(scratch(t), tree), generic: false });
    return storage.map(({ purpose, below }) => [purpose, below[0]?.device]);
  };
  const root = purposes('rw', '');
  assert.equal(root.length, 1);
  const named = 'resume=UUID=77-AB resume=/dev/mapper/swap';
  assert.deepEqual(purposes(named, ''), [...root, ['resume', 'dm-1']]);
  assert.deepEqual(purposes(named, inUse), [...root, ['swap', 'dm-1']]);
  assert.deepEqual(purposes(`resume=/dev/${String(root.flat()[1])} resume_offset=7`, ''), root);
  assert.deepEqual(purposes('resume=UUID=78', ''), root);
});
