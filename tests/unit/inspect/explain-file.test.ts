import assert from 'node:assert/strict';
import test from 'node:test';
import { printWhy } from '../../../src/cli/print-why.ts';
import { explainFile } from '../../../src/inspect/explain-file.ts';
import type { ResolvedPackage } from '../../../src/model/packages.ts';
import type { Plan } from '../../../src/model/plan.ts';
import { makePlan } from '../../../src/plan/plan.ts';
import { config, facts, removals, words } from '../../helpers/plan-fixture.ts';

function plan(): Plan {
  const ours = config({
    packages: words('btrfs-progs', '^libtss2-rc0(t64)?$', 'strace'),
    removePackages: words('dpkg'),
    ownPackages: ['strace'],
    removeFiles: [
      ...removals('/usr/bin/btrfs-*', '/usr/share/doc'),
      ...removals('/usr/bin/s*').map((item) => ({ ...item, isDefault: true })),
    ],
    removeUnusedLibraries: words('/usr/lib/*/libdb.so*'),
  });
  const modules = { directory: '', files: [], missing: [], leftOut: [], rootNeeds: [] };
  return makePlan(ours, facts(), modules, new Map(), { generic: false, offline: false });
}

const owners = new Map([
  ['usr/bin/btrfs', 'btrfs-progs'],
  ['usr/bin/btrfs-image', 'btrfs-progs'],
  ['usr/bin/dpkg', 'dpkg'],
  ['usr/bin/strace', 'strace'],
  ['usr/bin/sed', 'sed'],
  ['usr/lib/x86_64-linux-gnu/libdb.so.5', 'libdb5'],
  ['usr/lib/x86_64-linux-gnu/sub/libdb.so.5', 'other'],
  ['usr/lib/x86_64-linux-gnu/libtss2-rc.so.0', 'libtss2-rc0t64'],
]);

const notAsked = 'not asked for by name, in the image only if a package that is needs it';

for (const [subject, ...lines] of [
  [
    '/bin/btrfs',
    'file /usr/bin/btrfs',
    '  of package btrfs-progs',
    '  btrfs-progs: /etc/pkginitrd/test.conf:1',
  ],
  [
    'btrfs-image',
    'file /usr/bin/btrfs-image',
    '  of package btrfs-progs',
    '  btrfs-progs: /etc/pkginitrd/test.conf:1',
    '  removed by /usr/bin/btrfs-*: /etc/pkginitrd/test.conf:1',
  ],
  ['strace', 'file /usr/bin/strace', '  of package strace', '  strace: /etc/pkginitrd/test.conf:3'],
  [
    'sed',
    'file /usr/bin/sed',
    '  of package sed',
    `  sed: ${notAsked}`,
    '  removed by /usr/bin/s*: /etc/pkginitrd/test.conf:1',
  ],
  [
    'usr/bin/dpkg',
    'file /usr/bin/dpkg',
    '  of package dpkg',
    `  dpkg: ${notAsked}`,
    '  package removed again: /etc/pkginitrd/test.conf:1',
  ],
  [
    'libdb.so.5',
    'file /usr/lib/x86_64-linux-gnu/libdb.so.5',
    '  of package libdb5',
    `  libdb5: ${notAsked}`,
    '  removed unless something needs it, by /usr/lib/*/libdb.so*: /etc/pkginitrd/test.conf:1',
    'file /usr/lib/x86_64-linux-gnu/sub/libdb.so.5',
    '  of package other',
    `  other: ${notAsked}`,
  ],
  [
    'libtss2-rc.so.0',
    'file /usr/lib/x86_64-linux-gnu/libtss2-rc.so.0',
    '  of package libtss2-rc0t64',
    '  libtss2-rc0t64: /etc/pkginitrd/test.conf:2',
  ],
] as const) {
  test(`explainFile() says which package ships ${subject}, and what asks for that or removes it`, () => {
    const found = explainFile(plan(), owners, undefined, subject);
    assert.equal(printWhy(plan(), found), `${lines.join('\n')}\n`);
  });
}

test('explainFile() knows nothing of what no package of the host ships', () => {
  assert.deepEqual(explainFile(plan(), owners, undefined, '/usr/bin/other'), []);
});

test('explainFile() follows the package by the answer of the manager, and says of others what would take them', () => {
  const sed = { ...resolved, name: 'sed' };
  const relation = { provides: [], needs: [], recommends: [], isEssential: false };
  const relations = [
    { ...relation, name: 'sed' },
    { ...relation, name: 'strace', needs: [['awk', 'sed']] },
  ];
  const { install } = plan().packages;
  const answer = { packages: [sed], asked: install, relations, warnings: [] };
  const text = (name: string) => printWhy(plan(), explainFile(plan(), owners, answer, name));
  assert.deepEqual(text('/bin/sed').split('\n').slice(0, 4), [
    'file /usr/bin/sed',
    '  of package sed',
    '  sed: needed by strace',
    '  strace: /etc/pkginitrd/test.conf:3',
  ]);
  assert.deepEqual(text('libdb.so.5').split('\n').slice(0, 4), [
    'file /usr/lib/x86_64-linux-gnu/libdb.so.5',
    '  of package libdb5',
    '  libdb5: nothing asks for it',
    '  libdb5: taken by Packages=libdb5 of a drop-in, or --packages=libdb5',
  ]);
});

const resolved: ResolvedPackage = {
  name: '',
  version: '1',
  architecture: 'amd64',
  size: 1,
  origin: 'cache',
  hostVersion: undefined,
};
