import assert from 'node:assert/strict';
import test from 'node:test';
import type { BootFacts } from '../../../src/model/facts.ts';
import { describeReason } from '../../../src/model/reason.ts';
import type { StorageNode, StorageStack, Transport } from '../../../src/model/storage.ts';
import { isStorageKnown, suggestedProfiles } from '../../../src/plan/profiles.ts';

const disk = { type: 'disk', device: 'sda', drivers: [] } as const;
const behind = (type: Transport['type'], by: string): StorageNode => ({
  ...disk,
  transport: { type, by },
});
const luksOnNbd = ['cryptsetup: under /: luks2 x', 'nbd: under /: disk sda'];
const layer = { device: 'dm-0', name: 'x', below: [disk] };
const crypt: StorageNode = { type: 'crypt', format: 'luks2', algorithms: [], tokens: [], ...layer };

function stack(purpose: StorageStack['purpose'], ...below: readonly StorageNode[]): StorageStack {
  const required = purpose.startsWith('/');
  return { purpose, required, source: '/dev/x', fileSystem: 'ext4', checksum: null, below };
}

function boot(changes: Partial<BootFacts>): BootFacts {
  return {
    storage: [],
    isContained: false,
    crypttab: { entries: [], files: [], warnings: [] },
    commandLine: [],
    commandLines: [],
    setupTabs: [],
    keyboard: { layout: null, files: [], warnings: [] },
    resume: [],
    ...changes,
  };
}

function suggested(changes: Partial<BootFacts>): readonly string[] {
  return suggestedProfiles(boot(changes)).map(
    ({ value, from }) => `${value}: ${describeReason(from)}`,
  );
}

test('suggestedProfiles() names the layers and file systems under /, /usr and swap', () => {
  const rows: readonly (readonly [StorageStack, readonly string[]])[] = [
    [stack('/', disk), []],
    [{ ...stack('/', disk), fileSystem: 'btrfs' }, ['btrfs: under /: file system btrfs']],
    [{ ...stack('/', disk), fileSystem: 'xfs' }, ['xfs: under /: file system xfs']],
    [
      stack('/', { ...crypt, tokens: ['systemd-fido2', 'systemd-tpm2'] }),
      ['cryptsetup: under /: luks2 x', 'fido2: under /: luks2 x', 'tpm2: under /: luks2 x'],
    ],
    [
      stack('/', { ...crypt, tokens: ['clevis', 'clevis:tang'] }),
      ['clevis: under /: luks2 x', 'cryptsetup: under /: luks2 x', 'tang: under /: luks2 x'],
    ],
    [{ ...stack('/'), fileSystem: 'nfs4' }, ['nfs: under /: file system nfs4']],
    [{ ...stack('/'), fileSystem: '9p' }, ['9p: under /: file system 9p']],
    [{ ...stack('/usr'), fileSystem: 'virtiofs' }, ['virtiofs: under /usr: file system virtiofs']],
    [{ ...stack('/'), fileSystem: 'smb3' }, ['cifs: under /: file system smb3']],
    [stack('/', behind('iscsi', 'iscsi_tcp')), ['iscsi: under /: disk sda']],
    [stack('/', { ...crypt, below: [behind('nbd', 'nbd')] }), luksOnNbd],
    [stack('swap', behind('nvmf', 'tcp')), ['nvmf: under swap: disk sda']],
    [stack('swap', crypt), ['cryptsetup: under swap: luks2 x']],
    [stack('/usr', { ...crypt, format: 'verity' }), ['cryptsetup: under /usr: verity x']],
    [
      stack('/', { type: 'lvm', ...layer, name: 'vg-pool-tpool' }),
      ['lvm: under /: lvm vg-pool-tpool', 'lvm-thin: under /: lvm vg-pool-tpool'],
    ],
    [stack('/', { type: 'mapper', ...layer }), ['dm: under /: mapper x']],
    [
      stack('/', { type: 'lvm', ...layer, below: [{ type: 'raid', level: 'raid1', ...layer }] }),
      ['lvm: under /: lvm x', 'raid: under /: raid1 x'],
    ],
  ];
  for (const [storage, names] of rows) assert.deepEqual(suggested({ storage: [storage] }), names);
});

test('suggestedProfiles() takes crypttab and the kernel command line for what is not under /', () => {
  const entry = {
    ...{ name: 'data', device: 'UUID=1', keyFile: 'none', options: [], line: '' },
    purpose: null,
  };
  const crypttab = { entries: [entry], files: [], warnings: [] };
  assert.deepEqual(suggested({ crypttab }), ['cryptsetup: /etc/crypttab: data']);
  const withTpm = {
    ...crypttab,
    entries: [{ ...entry, options: ['constructor', 'tpm2-device=auto'] }],
  };
  assert.deepEqual(suggested({ crypttab: withTpm }), [
    'cryptsetup: /etc/crypttab: data',
    'tpm2: /etc/crypttab: data',
  ]);
  const option = 'rd.luks.options=1=discard,pkcs11-uri=auto';
  assert.deepEqual(suggested({ commandLine: [option] }), [
    `cryptsetup: kernel command line: ${option}`,
    `pkcs11: kernel command line: ${option}`,
  ]);
  assert.deepEqual(suggested({ commandLine: ['root=UUID=1', 'netroot=iscsi:h::::iqn.x'] }), [
    'iscsi: kernel command line: netroot=iscsi:h::::iqn.x',
  ]);
  for (const each of [
    'rd.luks.uuid=1',
    'luks.name=1=home',
    'rd.luks=yes',
    'usrhash=00',
    'rd.veritytab=no',
  ]) {
    const from = `cryptsetup: kernel command line: ${each}`;
    assert.deepEqual(suggested({ commandLine: ['quiet', each] }), [from]);
  }
  assert.deepEqual(suggested({ commandLine: ['root=/dev/sda', 'rd.luks=no', 'luksx=1'] }), []);
});

test('isStorageKnown() asks for a disk at the end of every way down from what the boot waits for', () => {
  const rows: readonly (readonly [boolean, ...(readonly StorageStack[])])[] = [
    [true, stack('/', disk)],
    [true, stack('/', crypt), stack('swap')],
    [false],
    [false, stack('/usr', disk)],
    [false, { ...stack('/'), fileSystem: 'overlay' }],
    [true, { ...stack('/'), fileSystem: 'nfs' }],
    [true, { ...stack('/'), fileSystem: '9p' }],
    [false, { ...stack('/'), fileSystem: 'tmpfs' }],
    [true, { ...stack('/'), fileSystem: 'tmpfs', isInFstab: true }],
    [true, stack('/', disk), { ...stack('/nix/store'), fileSystem: 'overlay' }],
    [false, stack('/', disk, { ...crypt, below: [] })],
    [false, stack('/', disk), stack('/usr')],
    [true, stack('/', disk), { ...stack('/usr'), required: false }],
    [true, stack('/', disk), { ...stack('/usr'), fileSystem: 'nfs' }],
    [true, stack('/', disk), { ...stack('/var'), fileSystem: null }],
    [false, stack('/', disk), stack('/var', { ...crypt, below: [] })],
  ];
  for (const [isKnown, ...storage] of rows) {
    assert.equal(isStorageKnown(boot({ storage })), isKnown, JSON.stringify(storage));
  }
  assert.equal(isStorageKnown(boot({ storage: [stack('/', disk)], isContained: true })), false);
});

test('suggestedProfiles() asks for the keymap where a passphrase may be typed on another layout', () => {
  const at = { type: 'file', file: '/etc/vconsole.conf', line: 2 } as const;
  const layout = { value: 'de', from: { type: 'host line', at, text: 'KEYMAP=de' } } as const;
  const keyboard = { layout, files: [], warnings: [] };
  const encrypted = [stack('/', crypt)];
  const line = 'keymap: /etc/vconsole.conf:2 "KEYMAP=de"';
  assert.ok(suggested({ keyboard, storage: encrypted }).includes(line));
  assert.ok(!suggested({ storage: encrypted }).some((each) => each.startsWith('keymap')));
  // What is not known may be encrypted; a plain disk asks nothing.
  assert.deepEqual(suggested({ keyboard }), [line]);
  assert.deepEqual(suggested({ keyboard, storage: [stack('/', disk)] }), []);
});

test('suggestedProfiles() takes a braille display along that the command line names', () => {
  assert.deepEqual(suggested({ commandLine: ['quiet', 'brltty=al,usb:', 'brltty2=x'] }), [
    'accessibility: kernel command line: brltty=al,usb:',
  ]);
});
