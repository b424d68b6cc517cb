import assert from 'node:assert/strict';
import fs, { readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { test } from 'node:test';
import { absolutePath } from '../../../src/model/brands.ts';
import { writeAtomically } from '../../../src/sys/write-atomically.ts';
import { plant, scratch } from '../../helpers/scratch.ts';

test('writeAtomically() replaces the file with mode and content', async (t) => {
  const root = plant(scratch(t), { initrd: 'old' });
  const path = absolutePath(`${root}/initrd`);
  assert.deepEqual(await writeAtomically(path, [Buffer.from('ne'), Buffer.from('w')], 0o600), {
    bytes: 3,
  });
  assert.equal(readFileSync(path, 'utf8'), 'new');
  assert.equal(statSync(path).mode & 0o777, 0o600);
});

test('writeAtomically() leaves the old file and nothing else when the content fails', async (t) => {
  const root = plant(scratch(t), { initrd: 'old' });
  const path = absolutePath(`${root}/initrd`);
  async function* broken(): AsyncGenerator<Uint8Array> {
    yield Buffer.from('half');
    throw new Error('the disk is on fire');
  }
  await assert.rejects(writeAtomically(path, broken(), 0o600), /on fire/);
  assert.equal(readFileSync(path, 'utf8'), 'old');
  assert.deepEqual(readdirSync(root), ['initrd']);
});

test('writeAtomically() leaves no temporary file when the target is a directory', async (t) => {
  const root = plant(scratch(t), { 'initrd/file': '' });
  await assert.rejects(
    writeAtomically(absolutePath(`${root}/initrd`), [Buffer.from('new')], 0o600),
    /Cannot replace/,
  );
  assert.deepEqual(readdirSync(root), ['initrd']);
});

test('writeAtomically() writes each directory that it has made into the one above', async (t) => {
  const root = scratch(t);
  const synced: string[] = [];
  const { fsyncSync } = fs;
  t.mock.method(fs, 'fsyncSync', (fd: number) => {
    synced.push(readlinkSync(`/proc/self/fd/${fd}`).slice(root.length));
    fsyncSync(fd);
  });
  syncBuiltinESMExports();
  t.after(() => {
    t.mock.restoreAll();
    syncBuiltinESMExports();
  });
  const write = async (path: string): Promise<readonly string[]> => {
    await writeAtomically(absolutePath(`${root}/${path}`), [Buffer.from('x')], 0o600);
    return synced.splice(0).slice(1);
  };
  assert.deepEqual(await write('a/b/file'), ['/a/b', '/a', '']);
  assert.deepEqual(await write('a/b/file'), ['/a/b']);
  assert.deepEqual(await write('a/c/file'), ['/a/c', '/a']);
});
