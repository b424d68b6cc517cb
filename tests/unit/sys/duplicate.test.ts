import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import test from 'node:test';
import { absolutePath } from '../../../src/model/brands.ts';
import { duplicate } from '../../../src/sys/duplicate.ts';
import { plant, scratch } from '../../helpers/scratch.ts';

test('duplicate() replaces the target by the source’s file, and leaves nothing else', (t) => {
  const root = plant(scratch(t), { a: 'new', b: 'old' });
  const [a, b] = [absolutePath(`${root}/a`), absolutePath(`${root}/b`)];
  duplicate(a, b);
  assert.equal(readFileSync(b, 'utf8'), 'new');
  assert.equal(statSync(a).ino, statSync(b).ino);
  duplicate(a, b);
  assert.deepEqual(readdirSync(root), ['a', 'b']);
  // What is renamed over one of them does not touch the other.
  writeFileSync(`${root}/c`, 'newer');
  duplicate(absolutePath(`${root}/c`), a);
  assert.deepEqual([readFileSync(a, 'utf8'), readFileSync(b, 'utf8')], ['newer', 'new']);
});

test('duplicate() copies to another file system, with the time of the source', (t) => {
  const source = absolutePath(`${plant(scratch(t), { a: 'text' })}/a`);
  const other = mkdtempSync('/dev/shm/pkginitrd-test-');
  t.after(() => rmSync(other, { recursive: true }));
  const target = absolutePath(`${other}/b`);
  duplicate(source, target);
  assert.equal(readFileSync(target, 'utf8'), 'text');
  assert.equal(Math.round(statSync(target).mtimeMs), Math.round(statSync(source).mtimeMs));
});

test('duplicate() of what is not there names the target, and the target stays', (t) => {
  const root = plant(scratch(t), { b: 'old' });
  assert.throws(
    () => duplicate(absolutePath(`${root}/a`), absolutePath(`${root}/b`)),
    /Cannot write ".*\/b": no such file/,
  );
  assert.equal(readFileSync(`${root}/b`, 'utf8'), 'old');
  assert.deepEqual(readdirSync(root), ['b']);
});
