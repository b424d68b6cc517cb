import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  encodeRpmHeader,
  numbersOf,
  parseRpmHeader,
  patchRpmHeader,
  rpmHeaderMagic,
  stringsOf,
} from '../../../src/formats/rpm-header.ts';

const bytes = encodeRpmHeader(63, [
  [1000, { type: 'string', text: 'odd' }],
  [1037, { type: 'int32', value: 17 }],
  [5092, { type: 'string', text: 'aaaa' }],
]);

test('encodeRpmHeader() aligns numbers and ends in the region that spans all', () => {
  assert.equal(
    bytes.toString('hex'),
    [
      ...['8eade80100000000', '00000004', '0000001d'],
      ...['0000003f', '00000007', '0000000d', '00000010'],
      ...['000003e8', '00000006', '00000000', '00000001'],
      ...['0000040d', '00000004', '00000004', '00000001'],
      ...['000013e4', '00000006', '00000008', '00000001'],
      ...['6f646400', '00000011', '6161616100'],
      ...['0000003f', '00000007', 'ffffffc0', '00000010'],
    ].join(''),
  );
});

test('parseRpmHeader() finds what was encoded, and what patchRpmHeader() makes of it', () => {
  const header = parseRpmHeader(bytes.subarray(rpmHeaderMagic.length));
  assert.deepEqual(stringsOf(header, 1000), ['odd']);
  assert.deepEqual(numbersOf(header, 1037), [17]);
  assert.deepEqual(stringsOf(header, 1), []);
  const patched = patchRpmHeader(
    header,
    { tag: 1037, values: new Map([[0, 81]]) },
    new Map([[5092, 'bbbb']]),
  );
  assert.deepEqual(numbersOf(parseRpmHeader(patched), 1037), [81]);
  assert.deepEqual(stringsOf(parseRpmHeader(patched), 5092), ['bbbb']);
  assert.deepEqual(numbersOf(header, 1037), [17]);
});

test('parseRpmHeader() refuses what is cut off', () => {
  assert.throws(() => parseRpmHeader(bytes.subarray(8, 60)), RangeError);
});
