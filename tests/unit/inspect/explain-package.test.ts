import assert from 'node:assert/strict';
import test from 'node:test';
import { printWhy } from '../../../src/cli/print-why.ts';
import { explainPackage } from '../../../src/inspect/explain-package.ts';
import type { PackageAnswer, PackageRelations } from '../../../src/model/packages.ts';
import type { Plan } from '../../../src/model/plan.ts';
import { makePlan } from '../../../src/plan/plan.ts';
import { config, facts, words } from '../../helpers/plan-fixture.ts';

function plan(withRecommends = false): Plan {
  const ours = config({
    withRecommends,
    packages: [
      ...words('systemd', '^libtss2-rc0(t64)?$', 'mail-agent'),
      {
        value: 'cryptsetup',
        from: { type: 'file', file: '/usr/lib/p/20.conf', line: 7, profile: 'cryptsetup' },
      },
    ],
    profiles: [{ value: 'cryptsetup', from: { type: 'crypttab entry', entry: 'root' } }],
    removePackages: words('dpkg'),
  });
  const modules = { directory: '', files: [], missing: [], leftOut: [], rootNeeds: [] };
  return makePlan(ours, facts(), modules, new Map(), { generic: false, offline: false });
}

function relation(name: string, more: Partial<PackageRelations> = {}): PackageRelations {
  return { name, provides: [], needs: [], recommends: [], isEssential: false, ...more };
}

function answer(): PackageAnswer {
  const relations = [
    relation('cryptsetup', { needs: [['libcryptsetup12'], ['libc6']] }),
    relation('libcryptsetup12', { needs: [['libssl3'], ['libc6']] }),
    relation('libssl3', { needs: [['libc6']] }),
    relation('systemd', { needs: [['libc6']], recommends: [['dbus']] }),
    relation('exim', { provides: ['mail-agent'] }),
    relation('dbus', { recommends: [['dbus-daemon']] }),
    relation('dbus-daemon'),
    relation('libtss2-rc0t64', { needs: [['nosuch', 'tss-common']] }),
    relation('tss', { provides: ['tss-common'] }),
    relation('dpkg', { isEssential: true, needs: [['tar']] }),
    relation('tar', { isEssential: true }),
    relation('libacl1', { needs: [['libattr1']] }),
    relation('libattr1', { needs: [['libacl1']] }),
    relation('libc6'),
    relation('sed', { isEssential: true, needs: [['libacl1']] }),
  ];
  const common = { version: '1', architecture: 'amd64', size: 1, origin: 'cache' } as const;
  const names = [...relations.map(({ name }) => name), 'not-installed-here'];
  return {
    packages: names.map((name) => ({ name, ...common, hostVersion: undefined })),
    asked: plan().packages.install,
    relations,
    warnings: [],
  };
}

for (const [name, ...lines] of [
  ['systemd', '  /etc/pkginitrd/test.conf:1'],
  [
    'libssl3',
    '  needed by libcryptsetup12',
    '  libcryptsetup12: needed by cryptsetup',
    '  cryptsetup: /usr/lib/p/20.conf:7',
    '  profile cryptsetup: /etc/crypttab: root',
  ],
  // The shortest way, to what is asked for rather than to what is essential.
  [
    'libc6',
    '  needed by cryptsetup; also by libcryptsetup12, libssl3, systemd',
    '  cryptsetup: /usr/lib/p/20.conf:7',
    '  profile cryptsetup: /etc/crypttab: root',
  ],
  ['tss', '  needed by libtss2-rc0t64', '  libtss2-rc0t64: /etc/pkginitrd/test.conf:2'],
  ['exim', '  /etc/pkginitrd/test.conf:3'],
  ['tar', '  essential: the scripts of every package may use it'],
  [
    'libattr1',
    '  needed by libacl1',
    '  libacl1: needed by sed; also by libattr1',
    '  sed: essential: the scripts of every package may use it',
  ],
  [
    'dpkg',
    '  essential: the scripts of every package may use it',
    '  package removed again: /etc/pkginitrd/test.conf:1',
  ],
  [
    'not-installed-here',
    '  something that the image has depends on it; here no package is installed that does',
  ],
  // Without WithRecommends= it is there for a reason that is not known.
  ['dbus', '  something that the image has depends on it; here no package is installed that does'],
] as const) {
  test(`explainPackage() follows ${name} to a word of the configuration`, () => {
    const found = explainPackage(plan(), new Map(), answer(), name);
    assert.equal(printWhy(plan(), found), [`package ${name}`, ...lines, ''].join('\n'));
  });
}

test('explainPackage() follows recommendations where they are taken', () => {
  const found = explainPackage(plan(true), new Map(), answer(), 'dbus-daemon');
  assert.equal(
    printWhy(plan(), found),
    `package dbus-daemon
  recommended by dbus
  dbus: recommended by systemd
  systemd: /etc/pkginitrd/test.conf:1
`,
  );
});

test('explainPackage() says of a package that the host alone has what would take it', () => {
  const owners = new Map([['usr/bin/gcc', 'gcc']]);
  assert.equal(
    printWhy(plan(), explainPackage(plan(), owners, answer(), 'gcc')),
    `package not in the image gcc
  nothing asks for it
  taken by Packages=gcc of a drop-in, or --packages=gcc
`,
  );
  assert.match(
    printWhy(plan(), explainPackage(plan(), owners, undefined, 'gcc')),
    /not asked for by name, in the image only if/,
  );
  assert.deepEqual(explainPackage(plan(), owners, answer(), 'g++'), []);
});
