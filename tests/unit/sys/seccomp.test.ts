import assert from 'node:assert/strict';
import { test } from 'node:test';
import { suppressSyncFilter } from '../../../src/sys/seccomp.ts';

const SUCCESS = 0x0005_0000;
const ALLOW = 0x7fff_0000;

// The numbers are those of the kernel's asm/unistd.h; a call that is none of the five stands at the end.
const calls = {
  'x86-64': {
    audit: 0xc000_003e,
    sync: [74, 75, 162, 277, 306],
    other: [0, 1, 26, 76, 161, 0x4000_004a],
  },
  arm64: { audit: 0xc000_00b7, sync: [81, 82, 83, 84, 267], other: [0, 74, 80, 85, 162] },
  riscv64: { audit: 0xc000_00f3, sync: [81, 82, 83, 84, 267], other: [0, 74, 162] },
  loongarch64: { audit: 0xc000_0102, sync: [81, 82, 83, 84, 267], other: [0, 74, 162] },
  'ppc64-le': { audit: 0xc000_0015, sync: [36, 118, 148, 308, 348], other: [0, 74, 81, 307] },
  s390x: { audit: 0x8000_0016, sync: [36, 118, 148, 307, 338], other: [0, 74, 81, 308] },
} satisfies Record<string, { audit: number; sync: number[]; other: number[] }>;

for (const [name, { audit, sync, other }] of Object.entries(calls)) {
  const order = name === 's390x' ? 'BE' : 'LE';
  test(`suppressSyncFilter() answers the flushing calls of ${name}, and lets the others through`, () => {
    for (const call of sync) assert.equal(verdict(order, audit, call), SUCCESS, `call ${call}`);
    for (const call of other) assert.equal(verdict(order, audit, call), ALLOW, `call ${call}`);
  });
}

test('suppressSyncFilter() lets everything of an unknown architecture through', () => {
  for (let call = 0; call < 512; call += 1) {
    assert.equal(verdict('LE', 0x4000_0003, call), ALLOW);
  }
});

test('suppressSyncFilter() starts by loading the architecture', () => {
  assert.equal(
    suppressSyncFilter('LE').subarray(0, 16).toString('hex'),
    '20000000040000001500000' + '83e0000c0',
  );
  assert.equal(
    suppressSyncFilter('BE').subarray(0, 16).toString('hex'),
    '0020000000000004' + '00150008c000003e',
  );
});

// What the kernel's interpreter does with the four kinds of instruction used.
function verdict(order: 'LE' | 'BE', audit: number, call: number): number {
  const program = suppressSyncFilter(order);
  const word = (at: number) =>
    order === 'LE' ? program.readUInt32LE(at) : program.readUInt32BE(at);
  const code = (at: number) =>
    order === 'LE' ? program.readUInt16LE(at) : program.readUInt16BE(at);
  let accumulator = 0;
  for (let at = 0; at < program.length; at += 8) {
    const operand = word(at + 4);
    switch (code(at)) {
      case 0x20:
        accumulator = operand === 0 ? call : audit;
        break;
      case 0x15:
        at += 8 * program.readUInt8(at + (accumulator === operand ? 2 : 3));
        break;
      case 0x06:
        return operand;
      default:
        throw new Error(`Unknown instruction at ${at}`);
    }
  }
  throw new Error('The program has no end');
}
