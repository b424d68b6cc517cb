import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import test, { type TestContext } from 'node:test';
import { checkout } from '../helpers/paths.ts';
import { plant, scratch } from '../helpers/scratch.ts';

function start(
  t: TestContext,
  root: string,
): { readonly ended: Promise<unknown>; readonly isRunning: () => boolean } {
  const child = spawn(join(checkout, 'plugin/after-transaction'), {
    env: { ...process.env, ROOT: root },
    stdio: 'ignore',
  });
  t.after(() => child.kill());
  return { ended: once(child, 'exit'), isRunning: () => child.exitCode === null };
}

test('after-transaction is over at once where no package manager is at work', (t) => {
  const root = plant(scratch(t), {
    'var/lib/dpkg/lock-frontend': '',
    'var/lib/pacman/local': null,
  });
  const { status } = spawnSync(join(checkout, 'plugin/after-transaction'), {
    env: { ...process.env, ROOT: root },
    timeout: 60_000,
  });
  assert.equal(status, 0);
});

test('after-transaction waits until a lock is given up', async (t) => {
  const root = plant(scratch(t), { 'var/lib/dpkg/lock-frontend': '' });
  const holder = spawn(
    'flock',
    [join(root, 'var/lib/dpkg/lock-frontend'), 'sh', '-c', 'echo held; exec sleep 600'],
    { stdio: ['ignore', 'pipe', 'ignore'], detached: true },
  );
  await once(holder.stdout, 'data');
  const waiting = start(t, root);
  await sleep(1000);
  assert.equal(waiting.isRunning(), true);
  process.kill(-(holder.pid ?? 0));
  await waiting.ended;
});

test('after-transaction waits while pacman’s lock is there', async (t) => {
  const root = plant(scratch(t), { 'var/lib/pacman/db.lck': '' });
  const waiting = start(t, root);
  await sleep(1000);
  assert.equal(waiting.isRunning(), true);
  rmSync(join(root, 'var/lib/pacman/db.lck'));
  await waiting.ended;
});
