import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseControl } from '../../../src/formats/deb-control.ts';
import { aptPreferences } from '../../../src/packages/apt/preferences.ts';
import { debTime } from '../../../src/packages/apt/install.ts';
import { localPath } from '../../../src/packages/apt/layout.ts';
import { essentialClosure } from '../../../src/packages/apt/essential.ts';
import { removals } from '../../../src/packages/shared/removals.ts';
import { unknownPackages } from '../../../src/packages/shared/unknown-packages.ts';
import { reasoned } from '../../helpers/package-request.ts';

const packages = new Map([
  ['systemd', { version: '257', architecture: 'amd64' }],
  ['bash', { version: '1:5', architecture: 'amd64' }],
  ['usrmerge', { version: '37', architecture: 'all' }],
]);
const merge = 'Package: usrmerge\nPin: release *\nPin-Priority: -1\n';

test("aptPreferences() puts the versions of the host before the host's own preferences", () => {
  assert.equal(
    aptPreferences(packages, 'Package: *\nPin: release a=x\nPin-Priority: 1\n'),
    [
      merge,
      'Package: bash\nPin: version 1:5\nPin-Priority: 1001\n',
      'Package: systemd\nPin: version 257\nPin-Priority: 1001\n',
      'Package: *\nPin: release a=x\nPin-Priority: 1\n',
    ].join('\n'),
  );
  assert.equal(aptPreferences(new Map(), ''), `${merge}\n`);
});

test('essentialClosure() follows dependencies, alternatives and what is provided', () => {
  const stanzas = [
    ...parseControl(
      [
        'Package: bash\nEssential: yes\nPre-Depends: libc6 (>= 2.36), libtinfo6\nDepends: base-files (>= 2.1.12), debianutils:any',
        'Package: base-files\nDepends: awk',
        'Package: mawk\nProvides: awk, other (= 1)',
        'Package: gawk\nProvides: awk',
        'Package: libc6\nDepends: libgcc-s1 | libgcc1',
        'Package: libgcc-s1\nDepends: libc6',
        'Package: libtinfo6',
        'Package: debianutils',
        'Package: systemd\nDepends: bash',
      ].join('\n\n'),
    ),
  ];
  assert.deepEqual([...essentialClosure(stanzas)].toSorted(), [
    'base-files',
    'bash',
    'debianutils',
    'gawk',
    'libc6',
    'libgcc-s1',
    'libtinfo6',
    'mawk',
  ]);
});

test('removals() takes names and shell patterns, and warns of what fits nothing', () => {
  const installed = ['dpkg', 'libfoo1', 'libfoo-docs', 'g++'].map((name) => ({ name }));
  const asked = reasoned('dpkg', 'absent', '*-docs', 'g++', 'foo', 'gone|', 'old|lib*[0-9]');
  assert.deepEqual(removals(asked, installed), {
    names: ['dpkg', 'g++', 'libfoo-docs', 'libfoo1'],
    warnings: [
      'Cannot remove "absent" (test.conf:2): the image has no such package, ignoring',
      'Cannot remove "foo" (test.conf:5): the image has no such package, ignoring',
    ],
  });
});

test('debTime() reads the time of the first member, and refuses what is no package', () => {
  const header = Buffer.from(
    '!<arch>\ndebian-binary   1751482800  0     0     100644  4         `\n',
  );
  assert.equal(debTime(header, '/a.deb'), 1_751_482_800);
  assert.throws(() => debTime(Buffer.from('PK'), '/a.deb'), /^BuildError: Cannot read "\/a.deb"/);
});

test('localPath() knows a file from what has to be fetched', () => {
  assert.equal(localPath('file:/srv/a%7eb.deb'), '/srv/a~b.deb');
  assert.equal(localPath('file:///srv/a.deb'), '/srv/a.deb');
  assert.equal(localPath('copy:/srv/a.deb'), '/srv/a.deb');
  assert.equal(localPath('http://x/a.deb'), undefined);
});

test('unknownPackages() names the drop-in and the line, and what may have been meant', () => {
  const manager = { program: 'some', refresh: 'some refresh' };
  const asked = reasoned('less', 'systemdd', 'xyz');
  const near = unknownPackages(manager, asked, ['systemdd'], ['bash', 'systemd']);
  assert.equal(near.message, 'Cannot install "systemdd" (test.conf:2): some knows no such package');
  const hint = 'Run "some refresh" if the metadata is old, or correct the name';
  assert.equal(near.hint, `${hint}. Is "systemd" meant?`);
  assert.equal(unknownPackages(manager, asked, ['xyz']).hint, hint);
});
