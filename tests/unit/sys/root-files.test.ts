import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  writeFileSync,
} from 'node:fs';
import { test } from 'node:test';
import { absolutePath } from '../../../src/model/brands.ts';
import { BuildError } from '../../../src/model/errors.ts';
import { rootFiles } from '../../../src/sys/root-files.ts';
import { plant, scratch } from '../../helpers/scratch.ts';

test('rootFiles() follows absolute symlinks inside the root, not on the machine', (t) => {
  const root = plant(scratch(t), {
    'etc/resolv.conf': { link: '/run/resolv.conf' },
    'run/resolv.conf': 'inside',
    'etc/up': { link: '../../../../../../etc/hostname' },
    'etc/hostname': 'guest',
  });
  assert.equal(rootFiles(root).readText('/etc/resolv.conf'), 'inside');
  assert.equal(rootFiles(root).readText('/etc/up'), 'guest');
});

test('rootFiles().write() through an absolute link of the root never reaches the machine', (t) => {
  const outside = plant(scratch(t), { 'victim/file': 'precious' });
  const root = plant(scratch(t), {
    'etc/resolv.conf': { link: `${outside}/victim/file` },
    'etc/conf.d': { link: `${outside}/victim` },
  });
  const files = rootFiles(root);
  files.write('/etc/resolv.conf', 'mine', 0o644);
  files.write('/etc/conf.d/file', 'mine', 0o644);
  files.mkdir('/etc/conf.d/new', 0o755);
  assert.equal(readFileSync(`${outside}/victim/file`, 'utf8'), 'precious');
  assert.equal(existsSync(`${outside}/victim/new`), false);
  assert.equal(files.readText('etc/resolv.conf'), 'mine');
  assert.equal(lstatSync(`${root}/etc/resolv.conf`).isFile(), true);
});

test('rootFiles().remove() and glob() of a pattern below a link stay inside the root', (t) => {
  const outside = plant(scratch(t), { 'precious/a': 'a', 'precious/b': 'b' });
  const root = plant(scratch(t), {
    link: { link: `${outside}/precious` },
    'deep/dir/link': { link: `${outside}/precious` },
    'run/x': 'x',
    run2: { link: '/run' },
  });
  const files = rootFiles(root);
  for (const pattern of ['/link/*', 'deep/*/link/*', 'deep/**', '**/a', '/run2/*', '/link']) {
    for (const path of files.glob(pattern)) files.remove(path);
  }
  assert.deepEqual(
    ['a', 'b'].map((name) => existsSync(`${outside}/precious/${name}`)),
    [true, true],
  );
  assert.equal(existsSync(`${root}/run/x`), false, '/run2/* means run/* of the root');
  assert.equal(existsSync(`${root}/deep/dir`), false);
});

test('rootFiles().glob() refuses "..", finds dot files, sorts bytewise', (t) => {
  const root = plant(scratch(t), { 'd/.hidden': '', 'd/b': '', 'd/a': '', 'd/B': '' });
  assert.deepEqual(rootFiles(root).glob('/d/*'), ['d/.hidden', 'd/B', 'd/a', 'd/b']);
  assert.throws(() => rootFiles(root).glob('/d/../../*'), BuildError);
  assert.deepEqual(rootFiles(root).glob('d/a'), ['d/a']);
  assert.deepEqual(rootFiles(root).glob('d/none'), []);
});

test('rootFiles().glob() finds names that are no UTF-8, in directories of such names', (t) => {
  const root = plant(scratch(t), { 'd/plain': '' });
  const bytes = (name: string) => Buffer.from(`${root}/d/${name}`, 'latin1');
  mkdirSync(bytes('caf\xe9'));
  for (const name of ['caf\xe9/\xff', 'x\xfe', '\xc3\xa9']) writeFileSync(bytes(name), '');
  const files = rootFiles(root);
  assert.deepEqual(files.glob('d/*'), ['d/caf\udce9', 'd/plain', 'd/x\udcfe', 'd/\u00e9']);
  assert.deepEqual(files.glob('d/caf?/*'), ['d/caf\udce9/\udcff']);
  assert.deepEqual(files.glob('**/x*'), ['d/x\udcfe']);
  assert.deepEqual(files.glob('d/x\udcfe'), ['d/x\udcfe']);
  for (const path of files.glob('d/*')) files.remove(path);
  assert.deepEqual(files.list('d'), []);
});

test('rootFiles().readText() keeps bytes that are no UTF-8 apart', (t) => {
  const root = plant(scratch(t), {});
  writeFileSync(`${root}/list`, Buffer.from('/caf\xe9\n', 'latin1'));
  assert.equal(rootFiles(root).readText('list'), '/caf\udce9\n');
});

test('rootFiles().copyIn() merges a tree through a merged-/usr link and keeps modes and links', (t) => {
  const source = plant(scratch(t), {
    'lib/udev/rules.d/10.rules': 'rule',
    'bin/tool': { link: '/usr/bin/true' },
  });
  const root = plant(scratch(t), { lib: { link: 'usr/lib' }, 'usr/lib/old': 'old' });
  rootFiles(root).copyIn(source, '/');
  assert.equal(readFileSync(`${root}/usr/lib/udev/rules.d/10.rules`, 'utf8'), 'rule');
  assert.equal(lstatSync(`${root}/lib`).isSymbolicLink(), true);
  assert.equal(readlinkSync(`${root}/bin/tool`), '/usr/bin/true');
});

test('rootFiles() reads of what is absent are empty, other failures name the path', (t) => {
  const root = plant(scratch(t), { dir: null, 'loop/a': { link: 'b' }, 'loop/b': { link: 'a' } });
  const files = rootFiles(root);
  assert.equal(files.readText('nothing'), undefined);
  assert.deepEqual(files.list('nothing'), []);
  assert.equal(files.lstat('dir/x/y'), undefined);
  assert.throws(() => files.readText('dir'), /Cannot read "dir"/);
  assert.throws(() => files.readText('loop/a'), /too many symlinks/);
});

test('rootFiles().walk() lists parents before children and does not descend into links', (t) => {
  const root = scratch(t);
  mkdirSync(`${root}/a`);
  plant(root, { 'a/x': '1', 'a-b': '2', link: { link: 'a' } });
  const paths = [...rootFiles(absolutePath(root)).walk('/')].map((entry) => entry.path);
  assert.deepEqual(paths, ['a', 'a/x', 'a-b', 'link']);
});

test('rootFiles().sha256() is the digest of what would be read', (t) => {
  const root = plant(scratch(t), {
    large: 'x'.repeat(600_000),
    empty: '',
    link: { link: '/large' },
  });
  const files = rootFiles(root);
  for (const path of ['large', 'empty', 'link']) {
    const read = files.readBytes(path);
    assert.ok(read !== undefined);
    assert.equal(files.sha256(path), createHash('sha256').update(read).digest('hex'), path);
  }
  assert.equal(files.sha256('absent'), undefined);
  assert.throws(() => files.sha256('/'), /Cannot read "\/": it is a directory/);
  const machine = rootFiles(absolutePath('/'));
  // Files of the kernel have no size.
  assert.notEqual(machine.sha256('/proc/version'), files.sha256('empty'));
  assert.equal(machine.sha256('/dev/null'), files.sha256('empty'));
});

test('rootFiles().patch() replaces bytes inside a file, and makes none', (t) => {
  const root = plant(scratch(t), { file: 'abcdef' });
  rootFiles(root).patch('file', 2, Buffer.from('XY'));
  assert.equal(readFileSync(`${root}/file`, 'utf8'), 'abXYef');
  assert.throws(() => rootFiles(root).patch('absent', 0, Buffer.from('X')), /no such file/);
});
