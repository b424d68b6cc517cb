import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseVerityAlgorithm } from '../../../src/formats/verity.ts';
import { verity } from '../../hosts/sysfs.ts';

// The first 96 bytes that `veritysetup format --hash sha512` of cryptsetup 2.6 wrote.
const written = Buffer.alloc(512);
written.write(
  '76657269747900000100000001000000' +
    '16ac6a7c9b5f4ee494d9c8e70b24ab0d' +
    '73686135313200000000000000000000' +
    '00000000000000000000000000000000' +
    '00100000001000001000000000000000' +
    '20000000000000008ee9395ff0a51ecc',
  'hex',
);

test('parseVerityAlgorithm() reads what veritysetup writes', () => {
  assert.equal(parseVerityAlgorithm(written), 'sha512');
});

test('parseVerityAlgorithm() reads a name that fills its field', () => {
  assert.equal(parseVerityAlgorithm(verity('x'.repeat(32))), 'x'.repeat(32));
});

for (const [name, change] of [
  ['another signature', (bytes: Buffer) => bytes.write('veritz', 0)],
  ['another version', (bytes: Buffer) => bytes.writeUInt32LE(2, 8)],
  ['no algorithm', (bytes: Buffer) => bytes.fill(0, 32, 64)],
] as const) {
  test(`parseVerityAlgorithm() of a superblock with ${name} is undefined`, () => {
    const bytes = Buffer.from(written);
    change(bytes);
    assert.equal(parseVerityAlgorithm(bytes), undefined);
  });
}

test('parseVerityAlgorithm() of fewer bytes than a superblock is undefined', () => {
  assert.equal(parseVerityAlgorithm(written.subarray(0, 100)), undefined);
  assert.equal(parseVerityAlgorithm(Buffer.alloc(0)), undefined);
});
