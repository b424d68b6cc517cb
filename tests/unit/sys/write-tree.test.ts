import assert from 'node:assert/strict';
import { readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs';
import { test } from 'node:test';
import { absolutePath } from '../../../src/model/brands.ts';
import type { Entry } from '../../../src/model/image.ts';
import { writeTree } from '../../../src/sys/write-tree.ts';
import { plant, scratch } from '../../helpers/scratch.ts';

const base = { mode: 0o755, uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0, mtime: 7 };

function file(path: string, text: string): Entry {
  return {
    ...base,
    path,
    mode: 0o640,
    type: 'file',
    content: { type: 'bytes', bytes: Buffer.from(text) },
  };
}

test('writeTree() replaces a tree with modes and times, later entries over earlier ones', async (t) => {
  const root = plant(scratch(t), { 'initrd/old': 'old' });
  await writeTree(absolutePath(`${root}/initrd`), [
    { ...base, path: 'etc', type: 'directory' },
    file('etc/a', 'first'),
    file('etc/a', 'second'),
    { ...base, path: 'link', type: 'symlink', target: 'etc/a' },
  ]);
  assert.deepEqual(readdirSync(root), ['initrd']);
  assert.deepEqual(readdirSync(`${root}/initrd`).sort(), ['etc', 'link']);
  assert.equal(readFileSync(`${root}/initrd/etc/a`, 'utf8'), 'second');
  assert.equal(readlinkSync(`${root}/initrd/link`), 'etc/a');
  assert.equal(statSync(`${root}/initrd/etc/a`).mode & 0o777, 0o640);
  assert.equal(statSync(`${root}/initrd/etc`).mtimeMs, 7000);
});

test('writeTree() leaves the old tree and nothing else when an entry cannot be written', async (t) => {
  const root = plant(scratch(t), { 'initrd/old': 'old' });
  await assert.rejects(
    () =>
      writeTree(absolutePath(`${root}/initrd`), [
        file('a', 'a'),
        { ...base, path: 'null', type: 'character', major: 1, minor: 3 },
      ]),
    /device node/,
  );
  assert.deepEqual(readdirSync(root), ['initrd']);
  assert.deepEqual(readdirSync(`${root}/initrd`), ['old']);
});
