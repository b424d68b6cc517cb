import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { test } from 'node:test';
import { absolutePath } from '../../../src/model/brands.ts';
import { lock } from '../../../src/sys/lock.ts';
import { plant, scratch } from '../../helpers/scratch.ts';

const subject = absolutePath('/boot/initrd');

test('lock() keeps a second build of the same out, names the first, and opens again on release', async (t) => {
  const directory = absolutePath(`${scratch(t)}/locks`);
  const first = await lock(subject, { waitSeconds: 0, directory });
  await assert.rejects(
    lock(subject, { waitSeconds: 0, directory }),
    new RegExp(`another build is running .process ${process.pid}., and both need "/boot/initrd"`),
  );
  first.release();
  (await lock(subject, { waitSeconds: 0, directory })).release();
});

test('lock() lets builds that share nothing run side by side', async (t) => {
  const directory = absolutePath(`${scratch(t)}/locks`);
  const first = await lock(subject, { waitSeconds: 0, directory });
  (await lock(absolutePath('/boot/other'), { waitSeconds: 0, directory })).release();
  first.release();
});

test('lock() waits for the holder to end', async (t) => {
  const directory = absolutePath(`${scratch(t)}/locks`);
  const first = await lock(subject, { waitSeconds: 0, directory });
  const told: string[] = [];
  const onWait = (holder: string): number => told.push(holder);
  const second = lock(subject, { waitSeconds: 30, directory, onWait });
  first.release();
  (await second).release();
  assert.deepEqual(told, [`process ${process.pid}`]);
});

test('lock() stops waiting when the build is cancelled', { timeout: 10_000 }, async (t) => {
  const directory = absolutePath(`${scratch(t)}/locks`);
  const first = await lock(subject, { waitSeconds: 0, directory });
  const { signal } = abortSoon();
  await assert.rejects(lock(subject, { waitSeconds: 60, directory, signal }), /cancelled/);
  first.release();
});

test('lock() takes no directory that others may write to, own, or have put a link in place of', async (t) => {
  const root = scratch(t);
  const open = absolutePath(`${root}/open`);
  mkdirSync(open);
  chmodSync(open, 0o1777);
  const link = absolutePath(`${root}/link`);
  mkdirSync(`${root}/private`, { mode: 0o700 });
  symlinkSync('private', link);
  for (const directory of [open, link]) {
    await assert.rejects(lock(subject, { waitSeconds: 0, directory }), /ours alone.*0700/);
  }
});

test('lock() neither follows a link nor waits for a FIFO in place of the lock file', async (t) => {
  const root = plant(scratch(t), { precious: 'precious' });
  const directory = absolutePath(`${root}/locks`);
  (await lock(subject, { waitSeconds: 0, directory })).release();
  const [name] = readdirSync(directory);
  const file = `${directory}/${name}`;
  rmSync(file);
  symlinkSync(`${root}/precious`, file);
  await assert.rejects(lock(subject, { waitSeconds: 0, directory }), /Cannot open the lock/);
  rmSync(file);
  execFileSync('mknod', [file, 'p']);
  await assert.rejects(lock(subject, { waitSeconds: 0, directory }), /not a regular file/);
  assert.equal(readFileSync(`${root}/precious`, 'utf8'), 'precious');
});

function abortSoon(): AbortController {
  const controller = new AbortController();
  setTimeout(() => controller.abort(), 50);
  return controller;
}
