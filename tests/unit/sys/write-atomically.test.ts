import assert from 'node:assert/strict';
import { readdirSync, readFileSync, statSync } from 'node:fs';
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
