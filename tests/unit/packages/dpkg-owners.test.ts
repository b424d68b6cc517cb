import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { absolutePath } from '../../../src/model/brands.ts';
import { readDatabase } from '../../../src/packages/apt/dpkg-installed.ts';
import { installedDebs } from '../../../src/packages/apt/host.ts';
import { readOwners } from '../../../src/packages/apt/dpkg-owners.ts';
import { removeTraces } from '../../../src/packages/shared/traces.ts';
import { rootFiles } from '../../../src/sys/root-files.ts';

const directory = mkdtempSync(join(tmpdir(), 'owners-test-'));
const root = rootFiles(absolutePath(directory));
mkdirSync(join(directory, 'usr/lib'), { recursive: true });
symlinkSync('usr/lib', join(directory, 'lib'));
after(() => rmSync(directory, { recursive: true }));

test('readOwners() gives paths as they lie in the root, diverted ones at their new place', () => {
  root.write(
    'var/lib/dpkg/info/bash.list',
    '/.\n/bin\n/bin/sh\n/usr\n/usr/bin\n/usr/bin/x\n',
    0o644,
  );
  root.write('var/lib/dpkg/info/libc6:amd64.list', '/.\n/lib\n/lib/ld.so\n/usr/share\n', 0o644);
  root.write('var/lib/dpkg/info/dash.list', '/bin/sh\n', 0o644);
  root.write('var/lib/dpkg/info/dash.postinst', '', 0o755);
  root.write('var/lib/dpkg/diversions', '/bin/sh\n/bin/sh.distrib\ndash\n', 0o644);
  assert.deepEqual(Object.fromEntries(readOwners(root)), {
    'bin/sh': 'dash',
    'bin/sh.distrib': 'bash',
    'usr/bin/x': 'bash',
    'usr/lib/ld.so': 'libc6',
    'usr/share': 'libc6',
  });
});

test('installedDebs() are what is installed of the own architecture', () => {
  const stanza = (name: string, state: string, version: string, architecture: string) =>
    `Package: ${name}\nStatus: install ok ${state}\nVersion: ${version}\nArchitecture: ${architecture}\n`;
  const text = [
    stanza('dpkg', 'installed', '1.22', 'arm64'),
    stanza('less', 'config-files', '1', 'arm64'),
    stanza('libc6', 'installed', '2', 'armhf'),
    stanza('libc6', 'installed', '2.41', 'arm64'),
    stanza('tzdata', 'installed', '2026a', 'all'),
  ].join('\n');
  root.write('var/lib/dpkg/status', text, 0o644);
  const host = installedDebs(readDatabase(root));
  assert.equal(host.architecture, 'arm64');
  assert.deepEqual([...host.packages.keys()], ['dpkg', 'libc6', 'tzdata']);
  assert.equal(host.packages.get('libc6')?.version, '2.41');
});

test('installedDebs() says when there is no dpkg', () => {
  root.remove('var/lib/dpkg/status');
  assert.throws(() => installedDebs(readDatabase(root)), /dpkg is not installed there/);
});

test('removeTraces() leaves nothing that differs from build to build', () => {
  for (const path of [
    'etc/passwd-',
    'var/log/dpkg.log',
    'var/log/apt/x.log',
    'run/lock/x',
    'dev/null',
  ]) {
    root.write(path, 'x', 0o644);
  }
  root.write('usr/lib/python3/a/__pycache__/b.pyc', 'x', 0o644);
  root.write('etc/machine-id', '0123', 0o644);
  removeTraces(root);
  assert.equal(root.lstat('etc/passwd-'), undefined);
  assert.deepEqual(root.list('var/log'), ['apt']);
  assert.deepEqual([...root.list('run'), ...root.list('dev')], []);
  assert.deepEqual(root.list('usr/lib/python3/a'), []);
  assert.equal(root.readText('etc/machine-id'), 'uninitialized\n');
});
