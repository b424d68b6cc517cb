import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { readBoot } from '../../../src/host/boot.ts';
import type { AbsolutePath } from '../../../src/model/brands.ts';
import { makeSys } from '../../../src/sys/sys.ts';
import { plant, scratch, type Tree } from '../../helpers/scratch.ts';
import { encryptedRoot } from '../../hosts/hosts.ts';
import { stacked } from '../../hosts/sysfs.ts';

const sys = makeSys({ searchPath: '/usr/bin:/bin' });

function read(t: TestContext, tree: Tree) {
  return readAgain(plant(scratch(t), encryptedRoot), tree);
}

/** The same host with other files. */
function readAgain(hostRoot: AbsolutePath, tree: Tree) {
  plant(hostRoot, tree);
  const { crypttab } = readBoot(sys, { hostRoot, generic: false });
  const { entries, files, warnings } = crypttab;
  return {
    chosen: entries.map(({ name, purpose }) => [name, purpose]),
    files: files.map(({ path, secret }) => [path, secret]),
    reasons: files.map(({ reason }) => reason),
    warnings: warnings.join('\n'),
  };
}

test('readCrypttab() takes the line of what / lies on without x-initrd.attach, and no other', (t) => {
  const text = 'root UUID=1 none luks\nhome UUID=2 none luks\ndata UUID=3 none x-initrd.attach\n';
  const old = 'old UUID=4 none luks,initramfs\n';
  const { chosen, warnings } = read(t, { 'etc/crypttab': text + old });
  assert.deepEqual(chosen, [
    ['root', '/'],
    ['data', null],
    ['old', null],
  ]);
  assert.equal(warnings, '');
});

const swap: Tree = {
  ...stacked('dm-1', [253, 1], ['vda1'], {
    'dm/name': 'swap',
    'dm/uuid': 'CRYPT-LUKS2-0123456789abcdef0123456789abcdef-swap',
  }),
  'proc/swaps': 'Filename Type Size Used Priority\n/dev/dm-1 partition 1 0 -2\n',
  'etc/crypttab': 'swap UUID=2 none luks\n',
};

for (const [name, tree, taken] of [
  ['nothing resumes from', {}, false],
  ['resume= names', { 'proc/cmdline': 'resume=/dev/mapper/swap\n' }, true],
  [
    'resume= names by its UUID',
    {
      'proc/cmdline': 'resume=UUID=77\n',
      'dev/disk/by-uuid/77': { link: '../../dm-1' },
    },
    true,
  ],
  ['the kernel resumes from', { 'sys/power/resume': '253:1\n' }, true],
  [
    'resume= names, and that is not in use now',
    { 'proc/swaps': '', 'proc/cmdline': 'resume=/dev/mapper/swap\n' },
    true,
  ],
  ['is not in use now', { 'proc/swaps': '' }, false],
] as const) {
  test(`readCrypttab() ${taken ? 'takes' : 'leaves'} the line of a swap space that ${name}`, (t) => {
    assert.deepEqual(read(t, { ...swap, ...tree }).chosen, taken ? [['swap', null]] : []);
  });
}

for (const option of ['header', 'fido2-cid', 'tcrypt-keyfile', 'tpm2-signature', 'tpm2-pcrlock']) {
  test(`readCrypttab() takes the file that ${option}= names, warns without it, and takes none of a stick`, (t) => {
    const line = (value: string): string => `root UUID=1 none luks,${option}=${value}\n`;
    const host = plant(scratch(t), { ...encryptedRoot, x: 'h' });
    const gone = readAgain(host, { 'etc/crypttab': line('/etc/luks/x') });
    assert.match(gone.warnings, new RegExp(`Cannot find "/etc/luks/x", which ${option}= of`));
    const there = readAgain(host, { 'etc/luks/x': 'h' });
    assert.deepEqual([there.files, there.warnings], [[['/etc/luks/x', true]], '']);
    assert.deepEqual(there.reasons, [{ type: 'crypttab option', option, entry: 'root' }]);
    for (const elsewhere of [
      '/x:LABEL=STICK',
      '/x:/dev/sdb1',
      '/dev/disk/by-id/usb-KEY-0:0',
      'auto',
    ]) {
      const { files, warnings } = readAgain(host, { 'etc/crypttab': line(elsewhere) });
      assert.deepEqual([files, warnings], [[], ''], elsewhere);
    }
  });
}

test('readCrypttab() takes a key only where the line asks for the initrd, and says so', (t) => {
  const tree = { 'etc/keys/root': 'k', 'etc/cryptsetup-keys.d/root.key': 'k' };
  const host = plant(scratch(t), { ...encryptedRoot, ...tree });
  for (const [field, path] of [
    ['/etc/keys/root', '/etc/keys/root'],
    ['none', '/etc/cryptsetup-keys.d/root.key'],
  ] as const) {
    const asked = readAgain(host, { 'etc/crypttab': `root UUID=1 ${field} x-initrd.attach\n` });
    assert.deepEqual(asked.files, [[path, true]]);
    const not = readAgain(host, { 'etc/crypttab': `root UUID=1 ${field} luks\n` });
    assert.deepEqual(not.files, []);
    assert.ok(not.warnings.startsWith(`Key file "${path}" of crypttab entry "root" is not taken`));
  }
});

test("readCrypttab() takes the keys that match KEYFILE_PATTERN of Debian's cryptsetup-initramfs", (t) => {
  const tree = {
    'etc/crypttab': 'root UUID=1 /etc/keys/d/root.key luks\n',
    'etc/keys/d/root.key': 'k',
  };
  const hook = (text: string): Tree => ({ ...tree, 'etc/cryptsetup-initramfs/conf-hook': text });
  assert.deepEqual(read(t, hook('KEYFILE_PATTERN="/etc/keys/*.key"\n')).files, [
    ['/etc/keys/d/root.key', true],
  ]);
  for (const text of ['KEYFILE_PATTERN=\n', '#KEYFILE_PATTERN="*"\n', 'KEYFILE_PATTERN=/x/*\n']) {
    assert.deepEqual(read(t, hook(text)).files, []);
  }
});

test("readCrypttab() takes the files that the kernel's command line names", (t) => {
  const uuid = '4f310e3c-c3cf-450a-9ce2-50b21eea0000';
  const words = [
    `rd.luks.name=${uuid}=root`,
    `rd.luks.key=${uuid}=/etc/luks/root.key`,
    `rd.luks.options=${uuid}=discard,header=/etc/luks/root.header`,
    `luks.key=/etc/luks/gone`,
    `rd.luks.key=${uuid}=/x:LABEL=STICK`,
  ];
  const { files, warnings } = read(t, {
    'proc/cmdline': `${words.join(' ')}\n`,
    'etc/luks/root.key': 'k',
    'etc/luks/root.header': 'h',
  });
  assert.deepEqual(files, [
    ['/etc/luks/root.key', true],
    ['/etc/luks/root.header', true],
  ]);
  assert.match(warnings, /^Cannot find "\/etc\/luks\/gone", which "luks\.key=\/etc\/luks\/gone"/);
});

test('readCrypttab() reads quotes, tabs and blanks as they stand', (t) => {
  const line = '  root \t UUID="4f310e3c-c3cf-450a-9ce2-50b21eea0000"\t-   luks,discard  ';
  assert.deepEqual(read(t, { 'etc/crypttab': `# a\tb\n${line}\n` }).chosen, [['root', '/']]);
});
