import assert from 'node:assert/strict';
import test from 'node:test';
import { count, humanBytes, humanTime } from '../../../src/cli/units.ts';

const bytes: readonly (readonly [number, string])[] = [
  [0, '0 B'],
  [1023, '1023 B'],
  [1024, '1.0 KiB'],
  [1536, '1.5 KiB'],
  [1024 * 1024 - 1, '1.0 MiB'],
  [40.5 * 1024 * 1024, '40.5 MiB'],
  [3 * 1024 ** 3, '3.0 GiB'],
  [5000 * 1024 ** 3, '5000.0 GiB'],
];

for (const [value, text] of bytes) {
  test(`humanBytes(${value}) is ${text}`, () => assert.equal(humanBytes(value), text));
}

test('humanTime says milliseconds below a second', () => {
  assert.deepEqual([0, 999.4, 1000, 12_340].map(humanTime), ['0 ms', '999 ms', '1.0 s', '12.3 s']);
});

test('count says one or many', () => {
  assert.deepEqual(
    [count(1, 'file'), count(0, 'file'), count(2, 'entry', 'entries')],
    ['1 file', '0 files', '2 entries'],
  );
});
