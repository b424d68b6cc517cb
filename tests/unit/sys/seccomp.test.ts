import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sandboxFilter } from '../../../src/sys/seccomp.ts';

const SUCCESS = 0x0005_0000;
const EPERM = 0x0005_0001;
const ENOSYS = 0x0005_0026;
const EAFNOSUPPORT = 0x0005_0061;
const ALLOW = 0x7fff_0000;
const AF_VSOCK = 40;

// The numbers are those of the kernel's asm/unistd.h.
const generic = { sync: [81, 82, 83, 84, 267], keys: [217, 218, 219], socket: 198 };
const calls = {
  'x86-64': {
    ...{ audit: 0xc000_003e, sync: [74, 75, 162, 277, 306], keys: [248, 249, 250], socket: 41 },
    other: [0, 1, 26, 76, 161],
  },
  arm64: { audit: 0xc000_00b7, ...generic, other: [0, 74, 80, 85, 162, 248] },
  riscv64: { audit: 0xc000_00f3, ...generic, other: [0, 74, 162] },
  loongarch64: { audit: 0xc000_0102, ...generic, other: [0, 74, 162] },
  'ppc64-le': {
    ...{ audit: 0xc000_0015, sync: [36, 118, 148, 308, 348], keys: [269, 270, 271], socket: 326 },
    other: [0, 74, 81, 307],
  },
  s390x: {
    ...{ audit: 0x8000_0016, sync: [36, 118, 148, 307, 338], keys: [278, 279, 280], socket: 359 },
    other: [0, 74, 81, 308],
  },
  i386: {
    ...{ audit: 0x4000_0003, sync: [], keys: [286, 287, 288], socket: 359 },
    other: [0, 36, 118, 148],
  },
  arm: {
    ...{ audit: 0x4000_0028, sync: [], keys: [309, 310, 311], socket: 281 },
    other: [0, 36, 118],
  },
} satisfies Record<
  string,
  { audit: number; sync: number[]; keys: number[]; socket: number; other: number[] }
>;

for (const [name, { audit, sync, keys, socket, other }] of Object.entries(calls)) {
  const order = name === 's390x' ? 'BE' : 'LE';
  test(`sandboxFilter() refuses keyrings and AF_VSOCK to ${name}, and answers what flushes when told`, () => {
    for (const suppressSync of [true, false]) {
      const ask = (call: number, argument = 0): number =>
        verdict(sandboxFilter({ suppressSync }, order), order, { audit, call, argument });
      for (const call of sync) assert.equal(ask(call), suppressSync ? SUCCESS : ALLOW, `${call}`);
      for (const call of keys) assert.equal(ask(call), EPERM, `call ${call}`);
      for (const call of other) assert.equal(ask(call), ALLOW, `call ${call}`);
      assert.equal(ask(socket, AF_VSOCK), EAFNOSUPPORT);
      for (const family of [1, 2, 10, 16]) assert.equal(ask(socket, family), ALLOW);
      assert.equal(ask(other[0] ?? 0, AF_VSOCK), ALLOW);
    }
  });
}

test('sandboxFilter() leaves no way round by x32 or socketcall(2)', () => {
  const filter = sandboxFilter({ suppressSync: true }, 'LE');
  for (const call of [0x4000_0000, 0x4000_0029, 0x4000_00fa, 0xffff_ffff]) {
    const asked = { audit: 0xc000_003e, call, argument: 0 };
    assert.equal(verdict(filter, 'LE', asked), ENOSYS, call.toString(16));
  }
  for (const audit of [0x4000_0003, 0x4000_0028, 0xc000_0015]) {
    assert.equal(verdict(filter, 'LE', { audit, call: 102, argument: 1 }), ENOSYS);
  }
});

test('sandboxFilter() lets everything of an unknown architecture through', () => {
  const filter = sandboxFilter({ suppressSync: true }, 'LE');
  for (let call = 0; call < 512; call += 1) {
    assert.equal(verdict(filter, 'LE', { audit: 0x8, call, argument: AF_VSOCK }), ALLOW);
  }
});

test('sandboxFilter() starts by loading the architecture, in the byte order of the machine', () => {
  const start = (order: 'LE' | 'BE') =>
    sandboxFilter({ suppressSync: true }, order).subarray(0, 16).toString('hex');
  assert.match(start('LE'), /^2000000004000000150000..3e0000c0$/);
  assert.match(start('BE'), /^0020000000000004001500..c000003e$/);
});

interface Asked {
  readonly audit: number;
  readonly call: number;
  /** The first one. */
  readonly argument: number;
}

// Does as the kernel's interpreter does with the kinds of instruction used.
function verdict(program: Buffer, order: 'LE' | 'BE', { audit, call, argument }: Asked): number {
  const word = (at: number) =>
    order === 'LE' ? program.readUInt32LE(at) : program.readUInt32BE(at);
  const code = (at: number) =>
    order === 'LE' ? program.readUInt16LE(at) : program.readUInt16BE(at);
  const data = new Map([
    [0, call],
    [4, audit],
    [order === 'LE' ? 16 : 20, argument],
  ]);
  let accumulator = 0;
  for (let at = 0; at < program.length; at += 8) {
    const operand = word(at + 4);
    switch (code(at)) {
      case 0x20:
        accumulator = data.get(operand) ?? Number.NaN;
        break;
      case 0x15:
        at += 8 * program.readUInt8(at + (accumulator === operand ? 2 : 3));
        break;
      case 0x35:
        at += 8 * program.readUInt8(at + (accumulator >= operand ? 2 : 3));
        break;
      case 0x06:
        return operand;
      default:
        throw new Error(`Unknown instruction at ${at}`);
    }
  }
  throw new Error('The program has no end');
}
