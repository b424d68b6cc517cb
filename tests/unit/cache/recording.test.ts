import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import test from 'node:test';
import { changedInputs, seenFiles, takeInputs } from '../../../src/cache/inputs.ts';
import { recording } from '../../../src/cache/recording.ts';
import { absolutePath } from '../../../src/model/brands.ts';
import type { RootFiles, Sys } from '../../../src/model/sys.ts';
import { makeSys } from '../../../src/sys/sys.ts';
import { plant, scratch } from '../../helpers/scratch.ts';

const plain = makeSys({ searchPath: '/usr/bin:/bin' });
const none = (): string => '';
const later = (): bigint => BigInt(Date.now() + 10_000) * 1_000_000n;

/** Every way to read the host, and a change after which it gives something else. */
const looks: readonly [string, (files: RootFiles, sys: Sys) => unknown, string][] = [
  ['readText', (files) => files.readText('etc/a'), 'etc/a'],
  ['readText of what is not there', (files) => files.readText('etc/none'), 'etc/none'],
  ['readBytes', (files) => files.readBytes('/etc/a'), 'etc/a'],
  ['list', (files) => files.list('etc'), 'etc/new'],
  ['stat', (files) => files.stat('etc/none'), 'etc/none'],
  ['lstat', (files) => files.lstat('etc/a')?.size, 'etc/a'],
  ['walk', (files) => [...files.walk('etc')].map(({ path }) => path), 'etc/deep/new'],
  ['outline', (files) => [...files.outline('etc')].map(({ path }) => path), 'etc/deep/new'],
  ['glob', (files) => files.glob('etc/*'), 'etc/new'],
  ['glob with a wild directory', (files) => files.glob('etc/*/*.x'), 'etc/deep/new.x'],
  ['glob with any directories', (files) => files.glob('etc/**/*.x'), 'etc/deep/er/new.x'],
  ['glob that ends in any', (files) => files.glob('etc/**'), 'etc/deep/er/new.x'],
  ['glob without a wildcard', (files) => files.glob('etc/none'), 'etc/none'],
  [
    'open',
    (files, sys) => {
      const file = sys.open(files.resolve('etc/a'));
      file.close();
      return file.size;
    },
    'etc/a',
  ],
];

for (const [what, look, change] of looks) {
  test(`recording(): ${what}`, (t) => {
    const root = plant(scratch(t), { 'etc/a': 'a', 'etc/deep/er/b': '' });
    const watched = recording(plain);
    const before = look(watched.sys.root(root), watched.sys);
    const inputs = takeInputs(plain, new Map([[root, seenFiles(watched, root)]]), later());
    assert.ok(inputs !== undefined);
    assert.deepEqual([...changedInputs(plain, inputs, none)], []);
    mkdirSync(dirname(join(root, change)), { recursive: true });
    writeFileSync(join(root, change), 'changed');
    assert.notDeepEqual(look(plain.root(root), plain), before);
    assert.notDeepEqual([...changedInputs(plain, inputs, none)], []);
  });
}

test('seenFiles() leaves out what the kernel makes up, the workspace, and directories that all write to', () => {
  const watched = recording(plain);
  const machine = watched.sys.root(absolutePath('/'));
  for (const path of [
    '/proc/1/x',
    'sys',
    'dev/null',
    ...['run', 'run/lock/x', 'run/pkginitrd/a.conf', 'run/modprobe.d/a.conf'],
    'w/x',
    'system',
    // This program makes its workspaces in the first.
    ...['var/tmp', '/tmp', 'var/log', 'var/cache', '/'],
    'var/tmp/x',
  ]) {
    machine.stat(path);
  }
  assert.deepEqual(
    seenFiles(watched, absolutePath('/'), absolutePath('/w')).map(({ path }) => path),
    ['run/pkginitrd/a.conf', 'run/modprobe.d/a.conf', 'system', 'var/tmp/x'],
  );
});

test('a directory that was looked at itself counts by its owner and permissions, whatever comes to lie in it', (t) => {
  for (const look of [
    (files: RootFiles) => files.lstat('usr/bin'),
    (files: RootFiles) => files.stat('usr/bin'),
    (files: RootFiles) => files.resolve('usr/bin'),
  ]) {
    const root = plant(scratch(t), { 'usr/bin/a': 'a' });
    const watched = recording(plain);
    look(watched.sys.root(root));
    // Even while the build runs.
    const inputs = takeInputs(plain, new Map([[root, seenFiles(watched, root)]]), 1n);
    assert.ok(inputs !== undefined);
    writeFileSync(join(root, 'usr/bin/b'), '');
    assert.deepEqual([...changedInputs(plain, inputs, none)], []);
    chmodSync(join(root, 'usr/bin'), 0o700);
    assert.deepEqual([...changedInputs(plain, inputs, none)], [`${root}/usr/bin`]);
  }
});
