import assert from 'node:assert/strict';
import { test } from 'node:test';
import { byteReader } from '../../../src/formats/byte-reader.ts';

const CHUNKS = ['ab', '', 'cde', 'f'].map((text) => Buffer.from(text));

test('take joins chunks and says the position', async () => {
  const reader = byteReader(CHUNKS);
  assert.equal((await reader.take(1)).toString(), 'a');
  assert.equal((await reader.take(3)).toString(), 'bcd');
  assert.equal(reader.position(), 4);
  assert.equal((await reader.take(9)).toString(), 'ef');
  assert.equal(reader.position(), 6);
  assert.equal((await reader.take(1)).length, 0);
});

test('peek leaves everything where it was', async () => {
  const reader = byteReader(CHUNKS);
  assert.equal((await reader.peek(4)).toString(), 'abcd');
  assert.equal(reader.position(), 0);
  assert.equal((await reader.take(6)).toString(), 'abcdef');
  assert.equal((await reader.peek(1)).length, 0);
});

test('takeSome gives what is at hand and undefined at the end', async () => {
  const reader = byteReader(CHUNKS);
  const pieces: string[] = [];
  for (
    let piece = await reader.takeSome(2);
    piece !== undefined;
    piece = await reader.takeSome(2)
  ) {
    pieces.push(piece.toString());
  }
  assert.deepEqual(pieces, ['ab', 'cd', 'e', 'f']);
});

test('skip and skipZeros count and stop', async () => {
  const reader = byteReader([Buffer.from([1, 0]), Buffer.from([0, 0, 7, 0])]);
  assert.equal(await reader.skip(1), 1);
  assert.equal(await reader.skipZeros(), 3);
  assert.equal((await reader.take(1))[0], 7);
  assert.equal(await reader.skipZeros(), 1);
  assert.equal(await reader.skipZeros(), 0);
  assert.equal(await reader.skip(4), 0);
});

test('unread puts bytes back before the rest', async () => {
  const reader = byteReader(CHUNKS);
  const taken = await reader.take(3);
  reader.unread(taken.subarray(1));
  assert.equal(reader.position(), 1);
  assert.equal((await reader.take(9)).toString(), 'bcdef');
});

test('close ends the source', async () => {
  let ended = false;
  async function* source(): AsyncGenerator<Buffer> {
    try {
      yield Buffer.from('a');
      yield Buffer.from('b');
    } finally {
      ended = true;
    }
  }
  const reader = byteReader(source());
  await reader.take(1);
  assert.equal(ended, false);
  await reader.close();
  assert.equal(ended, true);
});
