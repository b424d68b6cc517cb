import assert from 'node:assert/strict';
import { test } from 'node:test';
import { absolutePath } from '../../../src/model/brands.ts';
import { lock } from '../../../src/sys/lock.ts';
import { scratch } from '../../helpers/scratch.ts';

test('lock() keeps a second build out, names the first, and opens again on release', async (t) => {
  const path = absolutePath(`${scratch(t)}/dir/lock`);
  const first = await lock(path, { waitSeconds: 0 });
  await assert.rejects(lock(path, { waitSeconds: 0 }), new RegExp(`process ${process.pid}`));
  first.release();
  (await lock(path, { waitSeconds: 0 })).release();
});

test('lock() waits for the holder to end', async (t) => {
  const path = absolutePath(`${scratch(t)}/lock`);
  const first = await lock(path, { waitSeconds: 0 });
  const told: string[] = [];
  const second = lock(path, { waitSeconds: 30, onWait: (holder) => told.push(holder) });
  first.release();
  (await second).release();
  assert.deepEqual(told, [`process ${process.pid}`]);
});
