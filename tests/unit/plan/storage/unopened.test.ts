import assert from 'node:assert/strict';
import test from 'node:test';
import { parseCrypttab } from '../../../../src/formats/crypttab.ts';
import { absolutePath } from '../../../../src/model/brands.ts';
import type { Config } from '../../../../src/model/config.ts';
import { BuildError } from '../../../../src/model/errors.ts';
import type { ResumeFacts, SetupTab } from '../../../../src/model/facts.ts';
import type { StorageNode, StorageStack } from '../../../../src/model/storage.ts';
import { makePlan } from '../../../../src/plan/plan.ts';
import { selectModules } from '../../../../src/plan/select-modules.ts';
import { config, facts, words } from '../../../helpers/plan-fixture.ts';

const uuid = '4d2f3c58-0f67-4a2c-8a6a-51f4a9d5c1e7';
const other = '11111111-0f67-4a2c-8a6a-51f4a9d5c1e7';

const disk: StorageNode = { type: 'disk', device: 'sda', drivers: [] };
const part: StorageNode = { type: 'partition', device: 'sda2', name: 'sda2', below: [disk] };
const luks: StorageNode = {
  type: 'crypt',
  format: 'luks2',
  device: 'dm-0',
  name: 'cryptroot',
  algorithms: [],
  tokens: [],
  below: [part],
};
const volume: StorageNode = { type: 'lvm', device: 'dm-1', name: 'vg-root', below: [luks] };

interface Host {
  readonly commandLine?: readonly string[];
  /** Lines of crypttab that go into the image. */
  readonly crypttab?: string;
  readonly ours?: Config;
  readonly stack?: Partial<StorageStack>;
  readonly resume?: readonly ResumeFacts[];
  readonly setupTabs?: readonly SetupTab[];
}

/** The refusal, the warnings, or nothing. */
function answer({
  commandLine = ['root=/dev/mapper/cryptroot'],
  crypttab = '',
  ours,
  stack,
  resume = [],
  setupTabs = [],
}: Host): string {
  const storage: StorageStack = {
    ...{ purpose: '/', required: true, source: '/dev/x', fileSystem: 'ext4', checksum: null },
    below: [luks],
    ...stack,
  };
  const settings = ours ?? config({ profiles: words('cryptsetup', 'lvm') });
  const { kernel } = facts({});
  const builtin = new Set([...kernel.modules.builtin, 'dm_crypt', 'dm_mod', 'dm_verity']);
  const host = facts({
    kernel: { ...kernel, modules: { ...kernel.modules, builtin } },
    storage: [storage],
    commandLine,
    commandLines:
      commandLine.length === 0 ? [] : [{ file: '/etc/default/grub', words: commandLine }],
    setupTabs,
    resume,
    crypttab: parseCrypttab(crypttab).map((entry) => ({ ...entry, purpose: '/' })),
    hostFiles:
      crypttab === ''
        ? []
        : [{ path: '/etc/crypttab', reason: { type: 'default' }, secret: false, size: 1 }],
  });
  try {
    const options = { generic: false, offline: false };
    const { warnings } = makePlan(
      settings,
      host,
      selectModules(settings, host),
      new Map(),
      options,
    );
    return warnings.filter((line) => /encrypted|verity|resume=/.test(line)).join('\n');
  } catch (error) {
    if (!(error instanceof BuildError)) throw error;
    return `refused: ${error.message}\n${error.hint}`;
  }
}

const refused =
  /^refused: .*\n- \/ lies on the encrypted device "cryptroot" \(\/dev\/sda2\), which nothing in the initrd opens/;

const closed: Readonly<Record<string, Host>> = {
  'no line and no word': {},
  'LVM on top of it': { stack: { below: [volume] } },
  'a word for another name': { commandLine: ['root=UUID=1', `rd.luks.name=${uuid}=swap`] },
  'a line for another name': { crypttab: `swap UUID=${uuid} none\n` },
  'a word for another device, which has the line passed over': {
    commandLine: ['root=UUID=1', `rd.luks.uuid=${other}`],
    crypttab: `cryptroot UUID=${uuid} none\n`,
  },
  'a token alone': { stack: { below: [{ ...luks, tokens: ['systemd-tpm2'] }] } },
  'no root= and no search by type': { commandLine: ['quiet', 'systemd.gpt_auto=0'] },
};

for (const [what, host] of Object.entries(closed)) {
  test(`makePlan() refuses an encrypted / that nothing opens: ${what}`, () => {
    assert.match(answer(host), refused);
    // Nobody waits for a mount that may fail.
    assert.equal(answer({ ...host, stack: { ...host.stack, required: false } }), '');
  });
}

const opened: Readonly<Record<string, Host>> = {
  'a line of crypttab': { crypttab: `cryptroot UUID=${uuid} none luks\n` },
  'a line and the word for its device': {
    commandLine: ['root=UUID=1', `rd.luks.uuid=luks-${uuid.toUpperCase()}`],
    crypttab: `cryptroot UUID=${uuid} none\n`,
  },
  'a line whose device has no UUID, and a word': {
    commandLine: ['root=UUID=1', `rd.luks.uuid=${other}`],
    crypttab: 'cryptroot /dev/sda2 none\n',
  },
  'its name on the command line': {
    commandLine: ['root=UUID=1', `rd.luks.name=${uuid}=cryptroot`],
  },
  'its name in the word that counts everywhere': {
    commandLine: ['root=UUID=1', `luks.name=${uuid}=cryptroot`],
  },
  'a UUID without a name': { commandLine: ['root=UUID=1', `rd.luks.uuid=${uuid}`] },
  'a search by type': { commandLine: ['quiet'] },
  'a search by type that is asked for': { commandLine: ['root=gpt-auto', 'quiet'] },
};

for (const [what, host] of Object.entries(opened)) {
  test(`makePlan() takes an encrypted / that is opened by ${what}`, () => {
    assert.equal(answer(host), '');
  });
}

test('makePlan() says how an encrypted / can be opened, and what of another initrd does not count', () => {
  const commandLine = ['root=/dev/mapper/cryptroot', 'cryptdevice=UUID=1:cryptroot'];
  const text = answer({ commandLine });
  assert.match(text, /"cryptdevice=UUID=1:cryptroot" is not for systemd/);
  for (const way of [
    /x-initrd\.attach" to \/etc\/crypttab/,
    /"rd\.luks\.name=UUID=cryptroot"/,
    /leaving out "root="/,
  ]) {
    assert.match(text, way);
  }
});

test('makePlan() only warns where the command line or what the image holds is not known', () => {
  const warned = /^\/ lies on the encrypted device .*unless something else opens it/;
  assert.match(answer({ commandLine: [] }), warned);
  const from = { type: 'file', file: '/etc/pkginitrd/extra', line: 0 } as const;
  const profiles = words('cryptsetup');
  const extraTrees = [
    { value: { source: absolutePath('/etc/pkginitrd/extra'), target: '/' }, from },
  ];
  assert.match(answer({ ours: config({ profiles, extraTrees }) }), warned);
  const shipped = { ...from, file: '/usr/lib/pkginitrd/profiles/lvm/extra' };
  const vendor = extraTrees.map((tree) => ({ ...tree, from: shipped }));
  assert.match(answer({ ours: config({ profiles, extraTrees: vendor }) }), refused);
});

const forbidding: readonly (readonly [words: string, culprit: string | undefined])[] = [
  ['root=UUID=1 rd.luks=no', 'rd.luks=no'],
  ['root=UUID=1 luks=0', 'luks=0'],
  [`root=UUID=1 rd.luks=no rd.luks.uuid=${uuid}`, 'rd.luks=no'],
  ['root=UUID=1 rd.luks.crypttab=no', 'rd.luks.crypttab=no'],
  [`root=UUID=1 luks.crypttab=no rd.luks.uuid=${uuid}`, undefined],
  // systemd-gpt-auto-generator(8) opens by itself what it has found.
  ['quiet luks=no', undefined],
];

for (const [words, culprit] of forbidding) {
  test(`makePlan() heeds "${words}" where / is encrypted`, () => {
    const crypttab = `cryptroot UUID=${uuid} none\n`;
    const text = answer({ commandLine: words.split(' '), crypttab });
    if (culprit === undefined) assert.equal(text, '');
    else {
      assert.match(text, refused);
      assert.ok(text.includes(`: "${culprit}" in /etc/default/grub forbids it`), text);
      assert.ok(text.endsWith(`\nTake "${culprit}" out of /etc/default/grub`), text);
    }
  });
}

const tab: SetupTab = {
  ...{ path: '/etc/veritytab', lines: ['root a b c'], names: ['root'], files: [], warnings: [] },
};
const verity: StorageNode = { ...luks, format: 'verity', name: 'root' };

const verityRows: readonly (readonly [words: string, tabs: readonly SetupTab[], why: string])[] = [
  ['root=/dev/mapper/root', [tab], ''],
  ['root=/dev/mapper/root systemd.verity=no', [tab], '"systemd.verity=no" in'],
  ['root=/dev/mapper/root rd.veritytab=no', [tab], '"rd.veritytab=no" in'],
  ['roothash=1 rd.systemd.verity=0', [], '"rd.systemd.verity=0" in'],
  ['roothash=1 veritytab=no', [tab], ''],
  // Something else sets it up, which is not asked.
  ['root=/dev/mapper/root systemd.verity=no', [], ''],
];

for (const [words, setupTabs, why] of verityRows) {
  test(`makePlan() heeds "${words}" where / is on dm-verity and ${setupTabs.length} tables name it`, () => {
    const text = answer({ commandLine: words.split(' '), setupTabs, stack: { below: [verity] } });
    if (why === '') assert.equal(text, '');
    else
      assert.match(
        text,
        new RegExp(`^refused: .*\n- / lies on the dm-verity device "root".*: ${why}`),
      );
  });
}

const plain = { stack: { below: [disk] } };

test('makePlan() says that a device to resume from does not exist, and what to do', () => {
  const resume = [{ option: 'resume=UUID=1', below: null }];
  assert.match(
    answer({ ...plain, resume }),
    /^"resume=UUID=1" of the kernel's command line names a device that does not exist, and each boot waits 90 s for it: take "resume=UUID=1" out of it \(/,
  );
});

test('makePlan() refuses to resume from a device that stays locked, and takes one that is opened', () => {
  const swap = { ...luks, name: 'swap' };
  const resume = [{ option: 'resume=/dev/mapper/swap', below: [swap] }];
  assert.match(
    answer({ ...plain, resume }),
    /^refused: .*\n- What "resume=\/dev\/mapper\/swap" names lies on the encrypted device "swap"/,
  );
  assert.equal(answer({ ...plain, resume, crypttab: `swap UUID=${uuid} none\n` }), '');
  assert.equal(answer({ ...plain, resume: [{ option: 'resume=/dev/sda2', below: [part] }] }), '');
});
