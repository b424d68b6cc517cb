import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseControl } from '../../../src/formats/deb-control.ts';
import { relationsOf } from '../../../src/packages/apt/relations.ts';
import { parseRelations } from '../../../src/packages/rpm/relations.ts';

test('relationsOf() reads versions, architectures, alternatives and line breaks of deb-control(5)', () => {
  const [stanza] = [
    ...parseControl(`Package: demo
Essential: yes
Pre-Depends: libc6 (>= 2.36), init-system-helpers (>= 1.54~)
Depends: python3:any (>= 3.9) | perl [amd64] <!nocheck>, libfoo1(>=1),
 libbar0
Recommends: dbus | dbus-broker
Provides: mail-agent, demo-abi (= 2)
`),
  ];
  assert.ok(stanza);
  assert.deepEqual(relationsOf(stanza), {
    name: 'demo',
    provides: ['mail-agent', 'demo-abi'],
    needs: [['libc6'], ['init-system-helpers'], ['python3', 'perl'], ['libfoo1'], ['libbar0']],
    recommends: [['dbus', 'dbus-broker']],
    isEssential: true,
  });
});

test('parseRelations() keeps of the files those that a package asks for, and takes rich dependencies apart', () => {
  const rows = [
    ['bash', 'provides', '/bin/sh'],
    ['bash', 'provides', '/usr/bin/bash'],
    ['bash', 'provides', 'bash'],
    ['systemd', 'needs', '/bin/sh'],
    ['systemd', 'needs', 'libc.so.6(GLIBC_2.34)(64bit)'],
    ['systemd', 'needs', '((selinux-policy >= 3.8 or policy-lite) if libselinux)'],
    ['systemd', 'recommends', 'diffutils'],
    ['glibc', 'provides', 'libc.so.6(GLIBC_2.34)(64bit)'],
    ['glibc', 'recommends', '(none)'],
  ];
  const found = parseRelations(rows.map((row) => `${row.join('\t')}\n`).join(''));
  const plain = { recommends: [], isEssential: false };
  assert.deepEqual(found, [
    { name: 'bash', provides: ['/bin/sh', 'bash'], needs: [], ...plain },
    {
      name: 'systemd',
      provides: [],
      needs: [
        ['/bin/sh'],
        ['libc.so.6(GLIBC_2.34)(64bit)'],
        ['selinux-policy', 'policy-lite', 'libselinux'],
      ],
      recommends: [['diffutils']],
      isEssential: false,
    },
    { name: 'glibc', provides: ['libc.so.6(GLIBC_2.34)(64bit)'], needs: [], ...plain },
  ]);
});
