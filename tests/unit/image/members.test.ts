import assert from 'node:assert/strict';
import { test } from 'node:test';
import { arrange, type SourcedEntry } from '../../../src/image/members.ts';

function file(path: string, text = '', mtime = 5): SourcedEntry {
  const content = { type: 'bytes', bytes: Buffer.from(text) } as const;
  return {
    entry: { type: 'file', path, mode: 0o644, uid: 0, gid: 0, mtime, content },
    from: `source of ${path}`,
  };
}

test('arrange() adds missing parents before their children and sorts bytewise', () => {
  const entries = arrange([file('usr/lib/b'), file('usr/lib/B'), file('etc/x')], 9);
  assert.deepEqual(
    entries.map(({ path, type }) => `${type} ${path}`),
    [
      'directory etc',
      'file etc/x',
      'directory usr',
      'directory usr/lib',
      'file usr/lib/B',
      'file usr/lib/b',
    ],
  );
});

test('arrange() clamps times and leaves older ones', () => {
  const entries = arrange([file('old', '', 3), file('new', '', 50)], 9);
  assert.deepEqual(
    entries.map(({ path, mtime }) => [path, mtime]),
    [
      ['new', 9],
      ['old', 3],
    ],
  );
});

test('arrange() names path and both sources of a conflict, and lets equal entries pass', () => {
  assert.equal(arrange([file('a', 'x'), file('a', 'x')], 9).length, 1);
  assert.throws(
    () => arrange([file('a', 'x'), { ...file('a', 'y'), from: 'elsewhere' }], 9),
    /two things at "a": one from source of a, one from elsewhere/,
  );
});

test('arrange() refuses a file below something that is no directory', () => {
  assert.throws(() => arrange([file('lib'), file('lib/x')], 9), /below "lib": that is a file/);
});

test('arrange() gives a parent the permissions it has in the member below', () => {
  const permissions = { mode: 0o700, uid: 7, gid: 8 };
  const below = new Map([['etc/keys.d', permissions]]);
  const entries = arrange([file('etc/keys.d/root.key')], 9, below);
  const found = entries.find(({ path }) => path === 'etc/keys.d');
  assert.deepEqual(found, { type: 'directory', path: 'etc/keys.d', ...permissions, mtime: 9 });
});

test('arrange() gives directories the one time: theirs depends on the order of unpacking', () => {
  const directory: SourcedEntry = {
    entry: { type: 'directory', path: 'usr', mode: 0o755, uid: 0, gid: 0, mtime: 3 },
    from: 'test',
  };
  assert.equal(arrange([directory], 9)[0]?.mtime, 9);
});
