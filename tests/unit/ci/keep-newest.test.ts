import assert from 'node:assert/strict';
import { readdirSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { keepNewest } from '../../helpers/keep-newest.ts';
import { plant, scratch } from '../../helpers/scratch.ts';

test('keepNewest() removes what was used the longest ago, and nothing where all have room', (t) => {
  const content = 'x'.repeat(64 * 1024);
  const directory = plant(scratch(t), {
    'old/disk-0': content,
    'new/disk-0': content,
    'used/disk-0': content,
  });
  for (const [index, name] of ['old', 'new', 'used'].entries()) {
    utimesSync(join(directory, name), 1000 + index, 1000 + index);
  }
  keepNewest(directory, 2 ** 20);
  assert.deepEqual(readdirSync(directory).sort(), ['new', 'old', 'used']);
  utimesSync(join(directory, 'old'), 2000, 2000);
  keepNewest(directory, 160 * 1024);
  assert.deepEqual(readdirSync(directory).sort(), ['old', 'used']);
  keepNewest(join(directory, 'gone'), 1);
});
