import assert from 'node:assert/strict';
import test from 'node:test';
import {
  contentDifferences,
  packageDifferences,
  planDifferences,
} from '../../../src/cache/differences.ts';
import { describeDifference } from '../../../src/model/difference.ts';
import type { Plan, Reasoned } from '../../../src/model/plan.ts';
import { makePlan } from '../../../src/plan/plan.ts';
import { config, facts } from '../../helpers/plan-fixture.ts';

const from = { type: 'file', file: '/a.conf', line: 3 } as const;
const module = { name: 'ext4', path: 'kernel/fs/ext4/ext4.ko', from };
const plain = makePlan(
  config(),
  facts(),
  { directory: 'm', files: [module], missing: [], leftOut: [], rootNeeds: [] },
  new Map(),
  { generic: false, offline: false },
);
const secret = { path: 'etc/key', mode: 0o600, secret: true, from };
const plan: Plan = {
  ...plain,
  configFiles: ['/etc/pkginitrd/a.conf'],
  host: [{ ...secret, content: { type: 'text', text: 'a' } }],
};

const words = (...names: readonly string[]): readonly Reasoned[] =>
  names.map((value) => ({ value, from }));

/** Everything in which two plans can differ, and how it is said. */
const cases: readonly [string, Partial<Plan>, readonly string[]][] = [
  ['nothing', {}, []],
  ['warnings and reasons', { warnings: ['x'], managerFrom: { type: 'only manager' } }, []],
  ['a profile', { profiles: words('lvm') }, ['profile lvm: new']],
  [
    'drop-ins',
    { configFiles: ['/etc/pkginitrd/b.conf'] },
    ['drop-in /etc/pkginitrd/a.conf: gone', 'drop-in /etc/pkginitrd/b.conf: new'],
  ],
  [
    'a module',
    { modules: { ...plan.modules, files: [{ ...module, name: 'xfs' }] } },
    ['module ext4: gone', 'module xfs: new'],
  ],
  [
    'the kernel, whose modules are all others',
    { kernelVersion: '7.0', modules: { ...plan.modules, files: [] } },
    [`kernel ${plan.kernelVersion} → 7.0`],
  ],
  ['firmware', { firmware: { files: words('f.bin'), missing: [] } }, ['firmware f.bin: new']],
  [
    'packages asked for',
    { packages: { ...plan.packages, install: [] } },
    ['setting Packages: changed'],
  ],
  ['the locale', { root: { ...plan.root, locale: 'de' } }, ['setting Locale: changed']],
  [
    'the compression',
    { parts: plan.parts.map((part) => ({ ...part, level: 1 })) },
    ['setting CompressOutput: changed'],
  ],
  [
    'the password',
    { root: { ...plan.root, rootPassword: 'set' } },
    ['setting RootPassword: changed'],
  ],
  [
    'microcode',
    { microcode: [{ target: 't', sources: ['s'] }] },
    ['microcode of the processor: changed'],
  ],
  ['a host file that goes', { host: [] }, ['host file etc/key: gone']],
  [
    'a host file of another text',
    { host: [{ ...secret, content: { type: 'text', text: 'b' } }] },
    ['host file etc/key: changed'],
  ],
];

for (const [what, changes, expected] of cases) {
  test(`planDifferences(): ${what}`, () => {
    const found = planDifferences(plan, { ...plan, ...changes });
    assert.deepEqual(found.map(describeDifference), expected);
  });
}

test('packageDifferences() names versions, what comes and goes, and another archive of the same version', () => {
  const pack = (name: string, version: string, digest: string | null = null) => ({
    ...{ name, version, digest },
    architecture: 'amd64',
  });
  const before = [
    pack('a', '1'),
    pack('b', '1'),
    pack('c', '1', 'x'),
    pack('d', '1', 'x'),
    pack('e', '1', 'x'),
  ];
  const after = [
    pack('a', '2'),
    pack('c', '1', 'y'),
    pack('d', '1'),
    pack('e', '1', 'x'),
    pack('f', '1'),
  ];
  assert.deepEqual(packageDifferences(before, after).map(describeDifference), [
    'package a 1 → 2',
    'package b gone, 1',
    'package c 1: another archive',
    'package f new, 1',
  ]);
});

test('contentDifferences() names what has other contents, and leaves what comes and goes to the plan', () => {
  const placed = [
    ['/a', '1'],
    ['/b', '1'],
    ['/c', '1'],
  ] as const;
  const now = new Map([
    ['/a', '1'],
    ['/b', '2'],
    ['/d', '1'],
  ]);
  assert.deepEqual(contentDifferences('drop-in', placed, now).map(describeDifference), [
    'drop-in /b: changed',
  ]);
});
