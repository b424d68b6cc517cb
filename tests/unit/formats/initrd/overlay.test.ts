import assert from 'node:assert/strict';
import { test } from 'node:test';
import { emptyOverlay, type Node } from '../../../../src/formats/initrd/overlay.ts';

const DIRECTORY: Node<never> = { type: 'directory' };
const SPECIAL: Node<never> = { type: 'special' };

function link(target: string): Node<never> {
  return { type: 'symlink', target };
}

test('lookup follows relative, absolute and climbing links', () => {
  const overlay = emptyOverlay();
  for (const path of ['usr', 'usr/lib', 'etc']) overlay.add(path, DIRECTORY);
  overlay.add('usr/lib/x', SPECIAL);
  overlay.add('lib', link('usr/lib'));
  overlay.add('etc/up', link('../lib/./x'));
  overlay.add('etc/top', link('/etc/../../lib/x'));
  const found = { type: 'found', path: 'usr/lib/x', node: SPECIAL };
  for (const path of ['/lib/x', 'lib//x', 'etc/up', '/etc/top', 'usr/lib/../lib/x']) {
    assert.deepEqual(overlay.lookup(path), found, path);
  }
  assert.deepEqual(overlay.lookup('lib/y'), { type: 'missing', path: 'usr/lib/y' });
  assert.deepEqual(overlay.lookup('/'), { type: 'found', path: '', node: DIRECTORY });
});

test('lookup follows forty links and no more', () => {
  const overlay = emptyOverlay();
  overlay.add('l0', SPECIAL);
  for (let i = 1; i <= 41; i++) overlay.add(`l${i}`, link(`l${i - 1}`));
  assert.equal(overlay.lookup('l40').type, 'found');
  assert.deepEqual(overlay.lookup('l41'), { type: 'loop', path: 'l41' });
});

test('add unpacks through links of earlier members', () => {
  const overlay = emptyOverlay();
  overlay.add('usr', DIRECTORY);
  overlay.add('usr/lib', DIRECTORY);
  overlay.add('lib', link('usr/lib'));
  assert.equal(overlay.add('lib/x', SPECIAL), undefined);
  assert.deepEqual(overlay.list('usr/lib'), ['x']);
  assert.deepEqual(
    [...overlay.entries()].map(([path]) => path),
    ['usr', 'usr/lib', 'lib', 'usr/lib/x'],
  );
});

test('add drops what has no directory to lie in', () => {
  const overlay = emptyOverlay();
  overlay.add('file', SPECIAL);
  assert.deepEqual(overlay.add('no/x', SPECIAL), { type: 'no-parent', parent: 'no' });
  assert.deepEqual(overlay.add('file/x', SPECIAL), { type: 'no-parent', parent: 'file' });
  assert.equal(overlay.lookup('no/x').type, 'missing');
  assert.equal(overlay.lookup('file/x').type, 'missing');
});

test('add keeps a directory that is not empty, and says so', () => {
  const overlay = emptyOverlay();
  overlay.add('d', DIRECTORY);
  overlay.add('d/x', SPECIAL);
  assert.deepEqual(overlay.add('d', link('e')), { type: 'directory-stays' });
  assert.equal(overlay.lookup('d/x').type, 'found');
  assert.equal(overlay.add('d', DIRECTORY), undefined);
});

test('add lets a directory take the place of a link, and says so', () => {
  const overlay = emptyOverlay();
  overlay.add('lib', link('usr/lib'));
  assert.deepEqual(overlay.add('lib', DIRECTORY), { type: 'link-lost', target: 'usr/lib' });
  assert.deepEqual(overlay.lookup('lib'), { type: 'found', path: 'lib', node: DIRECTORY });
});

test('list is sorted, follows links and is empty for what is no directory', () => {
  const overlay = emptyOverlay();
  overlay.add('d', DIRECTORY);
  for (const name of ['b', 'a', 'c']) overlay.add(`d/${name}`, SPECIAL);
  overlay.add('l', link('d'));
  assert.deepEqual(overlay.list('/l'), ['a', 'b', 'c']);
  assert.deepEqual(overlay.list('d/a'), []);
  assert.deepEqual(overlay.list('none'), []);
});
