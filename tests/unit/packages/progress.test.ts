import assert from 'node:assert/strict';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { absolutePath } from '../../../src/model/brands.ts';
import type { ProgressEvent } from '../../../src/model/progress.ts';
import type { Command, Ran } from '../../../src/model/sys.ts';
import type { Found, ResolvedArchive } from '../../../src/packages/driver.ts';
import { countTaken, watchFetching } from '../../../src/packages/shared/progress.ts';
import { makeSys } from '../../../src/sys/sys.ts';
import { plant, scratch } from '../../helpers/scratch.ts';

const sys = makeSys({ searchPath: '/usr/bin:/bin' });
const ran: Ran = { exitCode: 0, stdout: '', stderr: '' };
const archive = (size: number | undefined): ResolvedArchive => ({
  ...{ name: 'udev', version: '1', architecture: 'amd64', origin: 'network', size },
  ...{ file: 'udev.deb', from: { type: 'repository', id: 'main', uri: undefined } },
  digest: undefined,
  hostVersion: undefined,
});
const missing = (size: number | undefined): Found => ({
  archive: archive(size),
  taken: { type: 'fetch' },
});
const there: Found = { archive: archive(500), taken: { type: 'cached', file: 'kept.deb' } };

/** What is reported while a program runs that does `steps`, looked at after each. */
async function reported(
  directory: string,
  found: readonly Found[],
  steps: readonly (() => void)[],
): Promise<readonly ProgressEvent[]> {
  const events: ProgressEvent[] = [];
  const run = async ({ meanwhile }: Command): Promise<Ran> => {
    for (const step of steps) {
      step();
      meanwhile?.();
    }
    return ran;
  };
  const place = absolutePath(directory);
  const watched = watchFetching({ ...sys, run }, place, found, (event) => events.push(event));
  await watched.run({ argv: ['fetch'], purpose: 'Fetch' });
  return events;
}

test('bytes count that have come since, also those of files that are half there', async (t) => {
  const directory = plant(scratch(t), { 'kept.deb': 'x'.repeat(500), 'partial/old': '' });
  const write = (name: string, bytes: number) => () =>
    writeFileSync(join(directory, name), Buffer.alloc(bytes));
  const events = await reported(
    directory,
    [there, missing(300), missing(100)],
    [
      () => {},
      write('partial/udev.deb', 200),
      () => {
        rmSync(join(directory, 'partial'), { recursive: true });
        write('udev.deb', 300)();
      },
      write('more', 900),
    ],
  );
  assert.deepEqual(
    events,
    [0, 200, 300, 400].map((done) => ({ type: 'amount', done, total: 400, unit: 'bytes' })),
  );
});

test('nothing is said of an amount that nobody knows', async (t) => {
  const directory = scratch(t);
  assert.deepEqual(await reported(directory, [there], [() => {}]), []);
  assert.deepEqual(await reported(directory, [missing(undefined), missing(1)], [() => {}]), []);
});

test('archives are counted up to as many as there are', () => {
  const events: ProgressEvent[] = [];
  const archives = [archive(1), archive(2)];
  const count = countTaken({ archives, warnings: [] }, (event) => events.push(event));
  // One is damaged and looked for again.
  for (const _ of [1, 2, 3]) count();
  assert.deepEqual(
    events.map((event) => event.type === 'amount' && `${event.done}/${event.total} ${event.unit}`),
    ['1/2 packages', '2/2 packages', '2/2 packages'],
  );
});
