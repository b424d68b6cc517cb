import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bytewise, hasEscapes, pathBytes, pathText } from '../../../src/model/path-bytes.ts';

const names = [
  Buffer.from('plain'),
  Buffer.from('grün/\ufffd/😀'),
  Buffer.from([0x67, 0x72, 0xfc, 0x6e]),
  Buffer.from([0xff, 0xfe, 0x80, 0x41]),
  Buffer.from([0xe2, 0x82]),
  // UTF-8 of a surrogate, which no UTF-8 decoder takes, and an overlong slash.
  Buffer.from([0xed, 0xb2, 0x80, 0xc0, 0xaf]),
  Buffer.concat([Buffer.from('😀'), Buffer.from([0xf0, 0x9f]), Buffer.from('ü')]),
];

test('pathText() and pathBytes() give every name back, byte for byte', () => {
  for (const name of names) assert.deepEqual(pathBytes(pathText(name)), name);
  for (let byte = 1; byte < 256; byte += 1) {
    const name = Buffer.from([0x61, byte, 0x62]);
    assert.deepEqual(pathBytes(pathText(name)), name);
    assert.equal(hasEscapes(pathText(name)), byte >= 0x80);
  }
});

test('pathText() is the text itself where there is one', () => {
  assert.equal(pathText(Buffer.from('grün/😀')), 'grün/😀');
});

test('bytewise() orders by bytes, not by code units', () => {
  const sorted = names.map(pathText).sort(bytewise).map(pathBytes);
  assert.deepEqual(
    sorted,
    [...names].sort((a, b) => Buffer.compare(a, b)),
  );
});
