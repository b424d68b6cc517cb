import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { StorageNode, StorageStack } from '../../../../src/model/storage.ts';
import { makePlan } from '../../../../src/plan/plan.ts';
import { selectModules } from '../../../../src/plan/select-modules.ts';
import { suggestedProfiles } from '../../../../src/plan/profiles.ts';
import { config, facts, words } from '../../../helpers/plan-fixture.ts';

const driver = { device: '0000:00:1f.2', bus: 'pci', driver: 'ahci', modalias: null } as const;
const disk: StorageNode = {
  type: 'disk',
  device: 'sda',
  drivers: [{ ...driver, module: 'ahci', role: 'parent' }],
};
const layer = { device: 'dm-0', name: 'x', below: [disk] };

function root(fileSystem: string | null, ...below: readonly StorageNode[]): StorageStack {
  return { purpose: '/', required: true, source: '/dev/x', fileSystem, checksum: null, below };
}

function plan(storage: readonly StorageStack[], ours = config({})) {
  const host = facts({ storage });
  const boot = {
    storage,
    isContained: false,
    crypttab: { entries: [], files: [], warnings: [] },
    commandLine: [],
    commandLines: [],
    setupTabs: [],
    keyboard: { layout: null, files: [], warnings: [] },
    resume: [],
  };
  return makePlan(ours, host, selectModules(ours, host), new Map(), {
    generic: false,
    offline: false,
    suggestedProfiles: suggestedProfiles(boot),
  });
}

for (const [name, storage, message] of [
  [
    'a file system that this kernel has nowhere',
    root('bcachefs', disk),
    /file system bcachefs of \/ needs "bcachefs", which is neither a module of this kernel nor/,
  ],
  [
    'a layer without a profile',
    root('ext4', { type: 'bcache', ...layer }),
    /under \/: bcache x asks for the profile "bcache", and there is none/,
  ],
  [
    'a multipath layer, deep down',
    root('ext4', { type: 'partition', ...layer, below: [{ type: 'multipath', ...layer }] }),
    /under \/: multipath x asks for the profile "multipath"/,
  ],
  [
    'a file system without a profile',
    root('zfs'),
    /under \/: file system zfs asks for the profile "zfs"/,
  ],
  [
    'a layer whose module this kernel has nowhere',
    root('ext4', { type: 'raid', level: 'raid10', ...layer }),
    /raid md_mod under \/ needs "md_mod"/,
  ],
] as const) {
  test(`makePlan() refuses / on ${name}`, () => {
    const ours = config({ profiles: words('raid', 'dm') });
    assert.throws(() => plan([storage], ours), { name: 'BuildError', message });
    // A mount that may fail is no reason to stop.
    const optional = { ...storage, purpose: '/srv', required: false } as const;
    assert.ok(plan([root('ext4', disk), optional], ours));
  });
}

test('makePlan() refuses to leave out a driver under /, and names the line', () => {
  const ours = config({ kernelModules: words('-ahci') });
  assert.throws(() => plan([root('ext4', disk)], ours), {
    message:
      /pci 0000:00:1f\.2 under \/ needs "ahci", which \/etc\/pkginitrd\/test\.conf:1 "-ahci" leaves out/,
  });
  const loosely = { ...disk, drivers: [{ ...driver, module: 'ahci', role: 'supplier' }] } as const;
  assert.ok(plan([root('ext4', loosely)], ours));
});

test('makePlan() says which profile of a mount that may fail is missing', () => {
  const stack = { ...root('zfs'), purpose: '/srv', required: false } as const;
  const { warnings } = plan([root('ext4', disk), stack]);
  assert.match(warnings.join('\n'), /under \/srv: file system zfs asks for the profile "zfs"/);
});

test('makePlan() says which mount of fstab it cannot look below', () => {
  const stack = { ...root(null), purpose: '/var', source: 'UUID=1' } as const;
  const { warnings } = plan([root('ext4', disk), stack]);
  assert.match(warnings.join('\n'), /Cannot see which devices \/var \(UUID=1\) lies on/);
});

test('makePlan() refuses to do without a profile that / needs, and names the line that forbids it', () => {
  const dm = config({ profiles: words('dm') });
  const [ban] = words('raid');
  assert.ok(ban);
  const ours = { ...dm, forbiddenProfiles: [{ ...ban, value: 'raid' }] };
  const array = { type: 'raid', level: 'container', ...layer } as const;
  assert.throws(() => plan([root('ext4', array)], ours), {
    message:
      /- \/etc\/pkginitrd\/test\.conf:1: "-raid" forbids the profile "raid", for which under \/: container x asks/,
  });
  const swap = { ...root(null, array), purpose: 'swap', required: false } as const;
  assert.deepEqual(plan([root('ext4', disk), swap], ours).warnings, []);
});

test('makePlan() makes an image without a token of LUKS that is forbidden: a passphrase opens it', () => {
  const dm = config({ profiles: words('dm', 'cryptsetup') });
  const [ban] = words('tpm2');
  assert.ok(ban);
  const crypt = {
    type: 'crypt',
    format: 'luks2',
    algorithms: [],
    tokens: ['systemd-tpm2'],
    ...layer,
  } as const;
  const message = /tpm2/;
  assert.throws(() => plan([root('ext4', crypt)], dm), { message });
  try {
    plan([root('ext4', crypt)], { ...dm, forbiddenProfiles: [ban] });
  } catch (error) {
    assert.doesNotMatch(String(error), message);
  }
});
