import assert from 'node:assert/strict';
import {
  chmodSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import test from 'node:test';
import { changed, takeDown, type Looked } from '../../../src/cache/witnesses.ts';
import { absolutePath } from '../../../src/model/brands.ts';
import type { RootFiles } from '../../../src/model/sys.ts';
import { makeSys } from '../../../src/sys/sys.ts';
import { plant, scratch } from '../../helpers/scratch.ts';

const sys = makeSys({ searchPath: '/usr/bin:/bin' });
const looked: readonly Looked[] = [
  { path: 'etc/file', follow: true, names: true },
  { path: 'etc/link', follow: true, names: true },
  { path: 'etc/absent', follow: true, names: true },
  { path: 'etc', follow: true, names: true },
];

const tree = { 'etc/file': 'one', 'etc/link': { link: 'file' }, 'etc/other': 'one' };

// Later than everything planted by more than a tick of any clock, so that stamps alone are trusted.
const later = (): bigint => BigInt(Date.now() + 10_000) * 1_000_000n;
// As if all had been written in the same tick as it was read.
const soon = (): bigint => BigInt(Date.now() + 1_000) * 1_000_000n;

/** What can happen to a host between two builds. */
const changes: readonly [string, (root: string) => void][] = [
  ['an edit of the same length', (root) => writeFileSync(`${root}/etc/file`, 'two')],
  [
    'an edit of the same length whose time is set back',
    (root) => {
      const { atime, mtime } = statSync(`${root}/etc/file`);
      writeFileSync(`${root}/etc/file`, 'two');
      utimesSync(`${root}/etc/file`, atime, mtime);
    },
  ],
  [
    'a file of the same length moved in, with an older time (a downgrade)',
    (root) => {
      writeFileSync(`${root}/etc/new`, 'two');
      utimesSync(`${root}/etc/new`, 5, 5);
      renameSync(`${root}/etc/new`, `${root}/etc/file`);
    },
  ],
  [
    'a file from the future (the clock was wrong)',
    (root) => {
      writeFileSync(`${root}/etc/file`, 'two');
      utimesSync(`${root}/etc/file`, 4e9, 4e9);
    },
  ],
  ['a file that goes', (root) => unlinkSync(`${root}/etc/file`)],
  ['a file that comes', (root) => writeFileSync(`${root}/etc/absent`, '')],
  ['a name that nobody asked for', (root) => writeFileSync(`${root}/etc/more`, '')],
  [
    'a link that leads elsewhere, to the same content',
    (root) => {
      unlinkSync(`${root}/etc/link`);
      symlinkSync('other', `${root}/etc/link`);
    },
  ],
  ['other permissions', (root) => chmodSync(`${root}/etc/file`, 0o600)],
  [
    'a copy of the whole tree (a restored backup)',
    (root) => {
      const text = readFileSync(`${root}/etc/file`);
      rmSync(`${root}/etc/file`);
      writeFileSync(`${root}/etc/file`, text);
    },
  ],
];

for (const [what, change] of changes) {
  test(`changed(): ${what}`, (t) => {
    const root = plant(scratch(t), tree);
    const files = sys.root(root);
    const taken = takeDown(files, looked, later());
    assert.ok(taken.type === 'taken');
    assert.deepEqual([...changed(files, taken.witnesses)], []);
    change(root);
    assert.notDeepEqual([...changed(files, taken.witnesses)], []);
  });
}

test('a path that is looked at both ways is one witness, unless it is a link', (t) => {
  const root = plant(scratch(t), tree);
  const files = sys.root(root);
  const both = looked.flatMap((each) => [each, { ...each, follow: false }]);
  const taken = takeDown(files, both, later());
  assert.ok(taken.type === 'taken');
  assert.deepEqual(
    taken.witnesses.map(({ path, follow }) => `${path} ${follow ? 'through' : 'itself'}`),
    ['etc/file itself', 'etc/link itself', 'etc/absent itself', 'etc itself', 'etc/link through'],
  );
  // One that looked at the directory alone does not stand for one that saw what lies in it.
  const shallow = takeDown(
    files,
    [{ path: 'etc', follow: false, names: false }, ...looked],
    later(),
  );
  assert.ok(shallow.type === 'taken');
  assert.equal(shallow.witnesses.filter(({ path }) => path === 'etc').length, 2);
});

test('a file that a link takes the place of has changed for all who looked through it', (t) => {
  const root = plant(scratch(t), tree);
  const files = sys.root(root);
  const both = [true, false].map((follow) => ({ path: 'etc/file', follow, names: false }));
  const taken = takeDown(files, both, later());
  assert.ok(taken.type === 'taken');
  renameSync(`${root}/etc/file`, `${root}/etc/moved`);
  symlinkSync('moved', `${root}/etc/file`);
  assert.equal([...changed(files, taken.witnesses)].length, 1);
});

test('takeDown() does not trust the stamp of what was changed in the same tick of the clock', (t) => {
  const root = plant(scratch(t), tree);
  // A file system whose clock stands still: two edits have one stamp.
  const still = (files: RootFiles): RootFiles => ({
    ...files,
    stamp: (path, options) => {
      const stamp = files.stamp(path, options);
      return stamp && { ...stamp, text: `${stamp.type} ${stamp.size}` };
    },
  });
  const files = still(sys.root(root));
  const [recent, old] = [takeDown(files, looked, soon()), takeDown(files, looked, later())];
  assert.ok(recent.type === 'taken' && old.type === 'taken');
  assert.deepEqual([...changed(files, recent.witnesses)], []);
  writeFileSync(`${root}/etc/file`, 'two');
  assert.deepEqual(
    [...changed(files, recent.witnesses)].map(({ path }) => path),
    ['etc/file', 'etc/link'],
  );
  // Which shows that it is the digest that tells.
  assert.deepEqual([...changed(files, old.witnesses)], []);
});

test('takeDown() trusts nothing that changed since the build began, but for what the build writes', (t) => {
  const root = plant(scratch(t), tree);
  const before = 1n;
  const files = sys.root(root);
  assert.deepEqual(takeDown(files, looked, before), { type: 'moving', path: 'etc/file' });
  assert.equal(takeDown(files, looked, before, (path) => path.startsWith('etc')).type, 'taken');
});

test('links are followed inside the root only', (t) => {
  const root = plant(scratch(t), { 'etc/real': 'x', link: { link: '/etc/real' } });
  const files = sys.root(absolutePath(root));
  assert.equal(files.stamp('link')?.text, files.stamp('etc/real')?.text);
  assert.equal(files.stamp('link', { followLast: false })?.type, 'symlink');
});
