import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import test from 'node:test';
import { printWhy } from '../../../src/cli/print-why.ts';
import { explainModule } from '../../../src/plan/explain-module.ts';
import { explainProfile } from '../../../src/plan/explain-profile.ts';
import { makePlan } from '../../../src/plan/plan.ts';
import { profileUses } from '../../../src/plan/storage/profile-uses.ts';
import { checkout } from '../../helpers/paths.ts';
import { config, facts, words } from '../../helpers/plan-fixture.ts';

const modules = { directory: '', files: [], missing: [], leftOut: [], rootNeeds: [] };
const plan = makePlan(config(), facts(), modules, new Map(), { generic: false, offline: false });
const { kernel } = facts();

for (const [name, patterns, ...lines] of [
  [
    'btrfs',
    [],
    'module not in the image btrfs (kernel/fs/btrfs/btrfs.ko)',
    '  nothing asks for it',
    '  taken by KernelModules=btrfs of a drop-in, or --kernel-modules=btrfs',
  ],
  [
    'kernel/fs/btrfs/btrfs.ko.xz',
    ['btrfs', '-/fs/'],
    'module not in the image btrfs (kernel/fs/btrfs/btrfs.ko)',
    '  left out by /etc/pkginitrd/test.conf:2 "-/fs/"',
    '  taken by KernelModules=btrfs of a drop-in, or --kernel-modules=btrfs',
  ],
  ['nvme', [], 'module not in the image nvme', '  built into this kernel, no file is needed'],
  ['nosuch', []],
  ['/usr/bin/btrfs', []],
] as const) {
  test(`explainModule() says of ${name} with "${patterns.join(' ')}" why it is out, and what takes it`, () => {
    const found = explainModule(
      config({ kernelModules: words(...patterns) }),
      kernel.modules,
      name,
    );
    assert.equal(printWhy(plan, found), lines.map((line) => `${line}\n`).join(''));
  });
}

test('explainProfile() says of one that is off what it is used for, and of one that is on nothing', () => {
  const ours = config({ availableProfiles: ['lvm', 'rescue'], profiles: [] });
  assert.equal(
    printWhy(plan, [...explainProfile(ours, 'lvm'), ...explainProfile(ours, 'rescue')]),
    `profile not used lvm
  nothing asks for it
  used unasked for LVM, thin or cached volumes of LVM
  taken by Profiles=lvm of a drop-in, or --profile=lvm
profile not used rescue
  nothing asks for it
  taken by Profiles=rescue of a drop-in, or --profile=rescue
`,
  );
  const forbidden = { ...ours, forbiddenProfiles: words('rescue') };
  assert.equal(
    printWhy(plan, explainProfile(forbidden, 'rescue')),
    `profile not used rescue
  left out by /etc/pkginitrd/test.conf:1
  taken by Profiles=rescue of a drop-in, or --profile=rescue
`,
  );
  const used = { ...ours, profiles: words('lvm') };
  assert.deepEqual(explainProfile(used, 'lvm'), []);
  assert.deepEqual(explainProfile(ours, 'nosuch'), []);
});

// Those that a drop-in, the user, or something else than storage asks for.
const others = [
  'accessibility',
  'debug',
  'https',
  'keymap',
  'netroot',
  'network',
  'network-down',
  'plymouth',
  'portable',
  'repart',
  'rescue',
  'ssh',
];

test('profileUses() names the storage for every profile that storage asks for', () => {
  const shipped = readdirSync(`${checkout}/dropins/profiles`);
  assert.deepEqual(
    shipped.filter((name) => profileUses(name).length === 0),
    others.filter((name) => shipped.includes(name)),
  );
});
