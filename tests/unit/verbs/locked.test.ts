import assert from 'node:assert/strict';
import { test } from 'node:test';
import { absolutePath } from '../../../src/model/brands.ts';
import { lock } from '../../../src/sys/lock.ts';
import { makeSys } from '../../../src/sys/sys.ts';
import { locked } from '../../../src/verbs/locked.ts';
import { scratch } from '../../helpers/scratch.ts';

test('locked() lets another build go on from release() on, while its work is not done', async (t) => {
  const directory = absolutePath(`${scratch(t)}/locks`);
  const subject = absolutePath('/var/cache/pkginitrd');
  const sys = {
    ...makeSys({ searchPath: '/usr/bin:/bin' }),
    lock: (path: typeof subject) => lock(path, { waitSeconds: 0, directory }),
  };
  const told: string[] = [];
  const tell = (sentence: string) => void told.push(sentence);
  const events: string[] = [];
  await locked(sys, subject, tell, async (release) => {
    await assert.rejects(
      locked(sys, subject, tell, async () => {}),
      /another build is running/,
    );
    release();
    release();
    await locked(sys, subject, tell, async () => void events.push('another'));
    events.push('done');
  });
  assert.deepEqual(events, ['another', 'done']);
  await locked(sys, subject, tell, async () => {});
});
