import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sandboxFilter } from '../../../src/sys/seccomp.ts';

const SUCCESS = 0x0005_0000;
const EPERM = 0x0005_0001;
const ENOSYS = 0x0005_0026;
const EAFNOSUPPORT = 0x0005_0061;
const ALLOW = 0x7fff_0000;
const AF_NETLINK = 16;
const AF_ALG = 38;
const AF_VSOCK = 40;
const CLONE_NEWUSER = 0x1000_0000;
const CLONE_VM = 0x100;

// The numbers are those of the kernel's asm/unistd.h, as libseccomp's scmp_sys_resolver prints them. refused: add_key,
// request_key, keyctl, bpf, perf_event_open, userfaultfd, syslog.
const generic = {
  ...{ sync: [81, 82, 83, 84, 267], refused: [217, 218, 219, 280, 241, 282, 116] },
  ...{ socket: 198, clone: 220, unshare: 97 },
};
const calls = {
  'x86-64': {
    ...{ audit: 0xc000_003e, sync: [74, 75, 162, 277, 306] },
    refused: [248, 249, 250, 321, 298, 323, 103],
    ...{ socket: 41, clone: 56, unshare: 272, other: [0, 1, 26, 76, 161] },
  },
  arm64: { audit: 0xc000_00b7, ...generic, other: [0, 74, 80, 85, 162, 248] },
  riscv64: { audit: 0xc000_00f3, ...generic, other: [0, 74, 162] },
  loongarch64: { audit: 0xc000_0102, ...generic, other: [0, 74, 162] },
  'ppc64-le': {
    ...{ audit: 0xc000_0015, sync: [36, 118, 148, 308, 348] },
    refused: [269, 270, 271, 361, 319, 364, 103],
    ...{ socket: 326, clone: 120, unshare: 282, other: [0, 74, 81, 307] },
  },
  s390x: {
    ...{ audit: 0x8000_0016, sync: [36, 118, 148, 307, 338] },
    refused: [278, 279, 280, 351, 331, 355, 103],
    ...{ socket: 359, clone: 120, unshare: 303, other: [0, 74, 81, 308] },
  },
  i386: {
    ...{ audit: 0x4000_0003, sync: [], refused: [286, 287, 288, 357, 336, 374, 103] },
    ...{ socket: 359, clone: 120, unshare: 310, other: [0, 36, 118, 148] },
  },
  arm: {
    ...{ audit: 0x4000_0028, sync: [], refused: [309, 310, 311, 386, 364, 388, 103] },
    ...{ socket: 281, clone: 120, unshare: 337, other: [0, 36, 118] },
  },
};

for (const [name, numbers] of Object.entries(calls)) {
  const { audit, sync, refused, socket, clone, unshare, other } = numbers;
  const order = name === 's390x' ? 'BE' : 'LE';
  for (const suppressSync of [true, false]) {
    for (const network of [true, false]) {
      const filter = sandboxFilter({ suppressSync, network }, order);
      const ask = (call: number, ...words: readonly number[]): number =>
        verdict(filter, order, { audit, call, words });
      const how = `${suppressSync ? 'without' : 'with'} syncs, ${network ? 'with' : 'without'} network`;

      test(`sandboxFilter() refuses what no namespace keeps apart to ${name}, ${how}`, () => {
        for (const call of sync) assert.equal(ask(call), suppressSync ? SUCCESS : ALLOW, `${call}`);
        for (const call of refused) assert.equal(ask(call), EPERM, `call ${call}`);
        for (const call of [425, 426, 427, 435]) assert.equal(ask(call), ENOSYS, `call ${call}`);
        for (const call of other) assert.equal(ask(call, AF_VSOCK), ALLOW, `call ${call}`);
        for (const family of [1, 2, 10]) assert.equal(ask(socket, family), ALLOW, `${family}`);
        for (const family of [0, 3, 15, 17, AF_ALG, AF_VSOCK, 44]) {
          assert.equal(ask(socket, family), EAFNOSUPPORT, `family ${family}`);
        }
        assert.equal(ask(socket, AF_NETLINK), network ? ALLOW : EAFNOSUPPORT);
      });

      test(`sandboxFilter() refuses user namespaces and no other to ${name}, ${how}`, () => {
        const cloneWith = (flags: number) =>
          name === 's390x' ? ask(clone, CLONE_NEWUSER, flags) : ask(clone, flags, CLONE_NEWUSER);
        assert.equal(cloneWith(CLONE_NEWUSER | CLONE_VM), EPERM);
        assert.equal(cloneWith(CLONE_VM), ALLOW);
        assert.equal(ask(unshare, CLONE_NEWUSER), EPERM);
        assert.equal(ask(unshare, CLONE_VM), ALLOW);
      });
    }
  }
}

test('sandboxFilter() leaves no way round by x32 or socketcall(2)', () => {
  const filter = sandboxFilter({ suppressSync: true, network: false }, 'LE');
  for (const call of [0x4000_0000, 0x4000_0029, 0x4000_00fa, 0xffff_ffff]) {
    const asked = { audit: 0xc000_003e, call, words: [] };
    assert.equal(verdict(filter, 'LE', asked), ENOSYS, call.toString(16));
  }
  for (const audit of [0x4000_0003, 0x4000_0028, 0xc000_0015]) {
    assert.equal(verdict(filter, 'LE', { audit, call: 102, words: [1] }), ENOSYS);
  }
});

test('sandboxFilter() lets everything of an unknown architecture through', () => {
  const filter = sandboxFilter({ suppressSync: true, network: false }, 'LE');
  for (let call = 0; call < 512; call += 1) {
    assert.equal(verdict(filter, 'LE', { audit: 0x8, call, words: [AF_VSOCK] }), ALLOW);
  }
});

test('sandboxFilter() starts by loading the architecture, in the byte order of the machine', () => {
  const start = (order: 'LE' | 'BE') =>
    sandboxFilter({ suppressSync: true, network: false }, order).subarray(0, 16).toString('hex');
  assert.match(start('LE'), /^2000000004000000150000..3e0000c0$/);
  assert.match(start('BE'), /^0020000000000004001500..c000003e$/);
});

interface Asked {
  readonly audit: number;
  readonly call: number;
  /** Arguments; 0 for those that are not given. */
  readonly words: readonly number[];
}

// Does as the kernel's interpreter does with the kinds of instruction used.
function verdict(program: Buffer, order: 'LE' | 'BE', { audit, call, words }: Asked): number {
  const word = (at: number) =>
    order === 'LE' ? program.readUInt32LE(at) : program.readUInt32BE(at);
  const code = (at: number) =>
    order === 'LE' ? program.readUInt16LE(at) : program.readUInt16BE(at);
  const data = new Map([
    [0, call],
    [4, audit],
    ...[0, 1].map(
      (index) => [16 + 8 * index + (order === 'LE' ? 0 : 4), words[index] ?? 0] as const,
    ),
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
      case 0x45:
        at += 8 * program.readUInt8(at + ((accumulator & operand) !== 0 ? 2 : 3));
        break;
      case 0x06:
        return operand;
      default:
        throw new Error(`Unknown instruction at ${at}`);
    }
  }
  throw new Error('The program has no end');
}
