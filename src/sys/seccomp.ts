import { endianness } from 'node:os';

/**
 * A seccomp filter (classic BPF, seccomp(2)) that answers fsync and its kin with success at once and lets every
 * other system call through. dpkg flushes some three thousand times for an initrd's packages; after a crash the
 * half-made root is thrown away anyway.
 */
export function suppressSyncFilter(order: 'LE' | 'BE' = endianness()): Buffer {
  const blocks = architectures.map(({ audit, calls }) => block(audit, calls));
  return encode([loadArchitecture, ...blocks.flat(), allow], order);
}

interface Instruction {
  readonly code: number;
  /** Instructions to skip when the comparison holds, and when it does not. */
  readonly whenEqual: number;
  readonly otherwise: number;
  readonly operand: number;
}

// AUDIT_ARCH_* of linux/audit.h, and the numbers of fsync, fdatasync, sync, syncfs and sync_file_range(2)
// of each architecture's asm/unistd.h. A 32-bit or x32 program finds no block of its own: all is allowed.
const architectures = [
  { audit: 0xc000_003e, calls: [74, 75, 162, 306, 277] }, // x86-64
  { audit: 0xc000_00b7, calls: [82, 83, 81, 267, 84] }, // arm64
  { audit: 0xc000_00f3, calls: [82, 83, 81, 267, 84] }, // riscv64
  { audit: 0xc000_0102, calls: [82, 83, 81, 267, 84] }, // loongarch64
  { audit: 0xc000_0015, calls: [118, 148, 36, 348, 308] }, // ppc64-le, which has sync_file_range2 only
  { audit: 0x8000_0016, calls: [118, 148, 36, 338, 307] }, // s390x
];

// linux/bpf_common.h: BPF_LD|BPF_W|BPF_ABS, BPF_JMP|BPF_JEQ|BPF_K, BPF_RET|BPF_K; struct seccomp_data has the call's
// number at 0 and the architecture at 4; SECCOMP_RET_ERRNO with errno 0 returns 0 to the program.
const loadNumber = { code: 0x20, whenEqual: 0, otherwise: 0, operand: 0 };
const loadArchitecture = { code: 0x20, whenEqual: 0, otherwise: 0, operand: 4 };
const allow = { code: 0x06, whenEqual: 0, otherwise: 0, operand: 0x7fff_0000 };
const succeed = { code: 0x06, whenEqual: 0, otherwise: 0, operand: 0x0005_0000 };

// Jumps are relative and counted from the next instruction. Another architecture skips the whole block.
function block(audit: number, calls: readonly number[]): readonly Instruction[] {
  const comparisons = calls.map((call, index) => equal(call, calls.length - index, 0));
  const body = [loadNumber, ...comparisons, allow, succeed];
  return [equal(audit, 0, body.length), ...body];
}

function equal(operand: number, whenEqual: number, otherwise: number): Instruction {
  return { code: 0x15, whenEqual, otherwise, operand };
}

// struct sock_filter, 8 bytes, in the byte order of the machine.
function encode(program: readonly Instruction[], order: 'LE' | 'BE'): Buffer {
  const bytes = Buffer.alloc(program.length * 8);
  for (const [index, { code, whenEqual, otherwise, operand }] of program.entries()) {
    const at = index * 8;
    if (order === 'LE') {
      bytes.writeUInt16LE(code, at);
      bytes.writeUInt32LE(operand, at + 4);
    } else {
      bytes.writeUInt16BE(code, at);
      bytes.writeUInt32BE(operand, at + 4);
    }
    bytes.writeUInt8(whenEqual, at + 2);
    bytes.writeUInt8(otherwise, at + 3);
  }
  return bytes;
}
