import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { absolutePath } from '../../../src/model/brands.ts';
import { workspace } from '../../../src/sys/workspace.ts';
import { skipFor } from '../../helpers/need.ts';
import { plant, scratch } from '../../helpers/scratch.ts';

test('workspace() removes what a killed build left, and nothing that is in use or of another name', (t) => {
  const parent = plant(scratch(t), { 'pkginitrd-abc123/root/file': 'x', 'pkginitrd-notes/a': 'a' });
  const first = workspace(parent);
  const second = workspace(parent);
  assert.equal(existsSync(`${parent}/pkginitrd-abc123`), false);
  assert.equal(existsSync(`${parent}/pkginitrd-notes/a`), true);
  assert.equal(existsSync(first.path), true);
  assert.equal(statSync(second.path).mode & 0o777, 0o700);
  first.remove();
  second.remove();
  assert.deepEqual(readdirSync(parent), ['pkginitrd-notes']);
});

test('workspace() removes trees with names that are no UTF-8', (t) => {
  const parent = scratch(t);
  const made = workspace(parent);
  const name = Buffer.concat([Buffer.from(`${made.path}/`), Buffer.from([0xff, 0xfc])]);
  mkdirSync(name);
  writeFileSync(Buffer.concat([name, Buffer.from('/'), Buffer.from([0xfe])]), 'x');
  made.remove();
  assert.deepEqual(readdirSync(parent), []);
});

test('workspace() takes the next place where the first is no directory', (t) => {
  const parent = plant(scratch(t), { file: '' });
  const made = workspace(absolutePath(`${parent}/file`), absolutePath(`${parent}/spare`));
  assert.match(made.path, /\/spare\/pkginitrd-/);
  made.remove();
  assert.throws(() => workspace(absolutePath(`${parent}/file`)), /Cannot make a workspace: .*file/);
});

const skip = process.getuid?.() !== 0 && skipFor('needs root');

test(
  'workspace() finds another place than one mounted noexec, and names it where there is none',
  { skip },
  (t) => {
    const parent = plant(scratch(t), { noexec: null, spare: null });
    const script = `mount -t tmpfs -o noexec tmpfs ${parent}/noexec && exec "$@"`;
    const program = `
    import { workspace } from './src/sys/workspace.ts';
    const made = workspace('${parent}/noexec', '${parent}/spare');
    console.log(made.path);
    made.remove();
    try { workspace('${parent}/noexec'); } catch (error) { console.log(error.message, error.hint); }
  `;
    const node = [process.execPath, '--import', 'tsx', '--input-type=module', '-e', program];
    const ran = spawnSync('sh', ['-c', 'unshare --mount sh -c "$@"', 'sh', script, 'sh', ...node], {
      encoding: 'utf8',
    });
    assert.match(
      ran.stdout,
      /\/spare\/pkginitrd-\w+\n.*noexec" *, it is mounted noexec.*TMPDIR/,
      ran.stderr,
    );
    assert.deepEqual(readdirSync(`${parent}/spare`), []);
  },
);
