import { endianness } from 'node:os';

/**
 * The seccomp filter (classic BPF, seccomp(2)) of a sandbox. It refuses what no namespace keeps apart: the kernel's
 * keyrings, with the keys of the host's disks, and AF_VSOCK, which reaches the hypervisor without a network. With
 * `suppressSync` it also answers fsync and its kin with success at once: dpkg flushes some three thousand times for
 * an initrd's packages, and after a crash the half-made root is thrown away anyway. All else is let through.
 */
export function sandboxFilter(
  { suppressSync }: { readonly suppressSync: boolean },
  order: 'LE' | 'BE' = endianness(),
): Buffer {
  const blocks = architectures.map((architecture) => block(architecture, suppressSync, order));
  return encode([load(architectureOffset), ...blocks.flat(), answer(allow)], order);
}

interface Architecture {
  /** AUDIT_ARCH_* of linux/audit.h. */
  readonly audit: number;
  /** fsync, fdatasync, sync, syncfs and sync_file_range(2): numbers of asm/unistd.h, as the others. */
  readonly sync: readonly number[];
  /** add_key, request_key and keyctl. */
  readonly keys: readonly number[];
  readonly socket: number;
  /** The call that was there before it, whose arguments no filter sees. */
  readonly socketcall?: number;
}

// Those that programs are built for, and the 32-bit ones that the same kernels run: flushing is left to them.
const architectures: readonly Architecture[] = [
  { audit: 0xc000_003e, sync: [74, 75, 162, 306, 277], keys: [248, 249, 250], socket: 41 }, // x86-64
  { audit: 0xc000_00b7, sync: [82, 83, 81, 267, 84], keys: [217, 218, 219], socket: 198 }, // arm64
  { audit: 0xc000_00f3, sync: [82, 83, 81, 267, 84], keys: [217, 218, 219], socket: 198 }, // riscv64
  { audit: 0xc000_0102, sync: [82, 83, 81, 267, 84], keys: [217, 218, 219], socket: 198 }, // loongarch64
  // ppc64-le has sync_file_range2 only.
  {
    ...{ audit: 0xc000_0015, sync: [118, 148, 36, 348, 308], keys: [269, 270, 271] },
    ...{ socket: 326, socketcall: 102 },
  },
  {
    ...{ audit: 0x8000_0016, sync: [118, 148, 36, 338, 307], keys: [278, 279, 280] }, // s390x
    ...{ socket: 359, socketcall: 102 },
  },
  { audit: 0x4000_0003, sync: [], keys: [286, 287, 288], socket: 359, socketcall: 102 }, // i386
  { audit: 0x4000_0028, sync: [], keys: [309, 310, 311], socket: 281, socketcall: 102 }, // arm
];

interface Instruction {
  readonly code: number;
  /** Instructions to skip when the comparison holds, and when it does not. */
  readonly whenTrue: number;
  readonly otherwise: number;
  readonly operand: number;
}

// SECCOMP_RET_ALLOW, and SECCOMP_RET_ERRNO with an errno: 0 returns 0 to the program. ENOSYS makes a C library try
// the newer call.
const allow = 0x7fff_0000;
const succeed = 0x0005_0000;
const notPermitted = 0x0005_0001;
const noSuchCall = 0x0005_0026;
const noSuchFamily = 0x0005_0061;

// struct seccomp_data: the call's number, the architecture, the instruction pointer, six arguments of 64 bits.
const numberOffset = 0;
const architectureOffset = 4;
const firstArgument = { LE: 16, BE: 20 };

const AF_VSOCK = 40;

// Numbers of x32, which has x86-64's architecture, begin here; its programs are in no distribution.
const x32Bit = 0x4000_0000;
const x86_64 = 0xc000_003e;

// Jumps are relative and counted from the next instruction. Another architecture skips the whole block.
function block(
  { audit, sync, keys, socket, socketcall }: Architecture,
  suppressSync: boolean,
  order: 'LE' | 'BE',
): readonly Instruction[] {
  const body = [
    load(numberOffset),
    ...(audit === x86_64 ? [jump(atLeast, x32Bit, 1), answer(noSuchCall)] : []),
    ...(suppressSync ? sync.flatMap((call) => [jump(equal, call, 1), answer(succeed)]) : []),
    ...keys.flatMap((call) => [jump(equal, call, 1), answer(notPermitted)]),
    ...(socketcall === undefined ? [] : [jump(equal, socketcall, 1), answer(noSuchCall)]),
    jump(equal, socket, 3),
    load(firstArgument[order]),
    jump(equal, AF_VSOCK, 1),
    answer(noSuchFamily),
    answer(allow),
  ];
  return [jump(equal, audit, body.length), ...body];
}

// linux/bpf_common.h: BPF_LD|BPF_W|BPF_ABS, BPF_JMP|BPF_JEQ|BPF_K, BPF_JMP|BPF_JGE|BPF_K, BPF_RET|BPF_K.
const equal = 0x15;
const atLeast = 0x35;

function load(offset: number): Instruction {
  return { code: 0x20, whenTrue: 0, otherwise: 0, operand: offset };
}

function jump(code: number, operand: number, otherwise: number): Instruction {
  return { code, whenTrue: 0, otherwise, operand };
}

function answer(operand: number): Instruction {
  return { code: 0x06, whenTrue: 0, otherwise: 0, operand };
}

// struct sock_filter, 8 bytes, in the byte order of the machine.
function encode(program: readonly Instruction[], order: 'LE' | 'BE'): Buffer {
  const bytes = Buffer.alloc(program.length * 8);
  for (const [index, { code, whenTrue, otherwise, operand }] of program.entries()) {
    const at = index * 8;
    if (order === 'LE') {
      bytes.writeUInt16LE(code, at);
      bytes.writeUInt32LE(operand, at + 4);
    } else {
      bytes.writeUInt16BE(code, at);
      bytes.writeUInt32BE(operand, at + 4);
    }
    bytes.writeUInt8(whenTrue, at + 2);
    bytes.writeUInt8(otherwise, at + 3);
  }
  return bytes;
}
