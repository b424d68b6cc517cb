import { endianness } from 'node:os';

/**
 * The seccomp filter (classic BPF, seccomp(2)) of a sandbox. It refuses what no namespace keeps apart: the kernel's
 * keyrings, with the keys of the host's disks, its log, programs in the kernel (BPF, io_uring, performance counters),
 * and user namespaces, in which a process has every capability again. Of sockets it leaves those that a network
 * namespace confines: not AF_VSOCK, which reaches the hypervisor, nor AF_ALG and the like, which load modules. With
 * `suppressSync` it also answers fsync and its kin with success at once: dpkg flushes some three thousand times for
 * an initrd's packages, and after a crash the half-made root is thrown away anyway. All else is let through.
 */
export function sandboxFilter(rules: FilterRules, order: 'LE' | 'BE' = endianness()): Buffer {
  const blocks = architectures.map((architecture) => block(architecture, rules, order));
  return encode([load(architectureOffset), ...blocks.flat(), answer(allow)], order);
}

export interface FilterRules {
  readonly suppressSync: boolean;
  /** True: netlink too, with which programs ask for the addresses of this machine. */
  readonly network: boolean;
}

/** Numbers of calls are those of the kernel's asm/unistd.h. */
interface Architecture {
  /** AUDIT_ARCH_* of linux/audit.h. */
  readonly audit: number;
  /** fsync, fdatasync, sync, syncfs and sync_file_range(2). */
  readonly sync: readonly number[];
  /** add_key, request_key, keyctl; bpf, perf_event_open, userfaultfd, syslog(2). */
  readonly refused: readonly number[];
  readonly unshare: number;
  readonly clone: number;
  /** The argument of clone(2) with its flags, the first one but on s390. */
  readonly cloneFlags?: number;
  readonly socket: number;
  /** The call that was there before it, whose arguments no filter sees. */
  readonly socketcall?: number;
}

const generic = {
  sync: [82, 83, 81, 267, 84],
  refused: [217, 218, 219, 280, 241, 282, 116],
  ...{ unshare: 97, clone: 220, socket: 198 },
};

// Those that programs are built for, and the 32-bit ones that the same kernels run: flushing is left to them.
const architectures: readonly Architecture[] = [
  {
    ...{ audit: 0xc000_003e, sync: [74, 75, 162, 306, 277] }, // x86-64
    refused: [248, 249, 250, 321, 298, 323, 103],
    ...{ unshare: 272, clone: 56, socket: 41 },
  },
  { audit: 0xc000_00b7, ...generic }, // arm64
  { audit: 0xc000_00f3, ...generic }, // riscv64
  { audit: 0xc000_0102, ...generic }, // loongarch64
  // ppc64-le has sync_file_range2 only.
  {
    ...{ audit: 0xc000_0015, sync: [118, 148, 36, 348, 308] },
    refused: [269, 270, 271, 361, 319, 364, 103],
    ...{ unshare: 282, clone: 120, socket: 326, socketcall: 102 },
  },
  {
    ...{ audit: 0x8000_0016, sync: [118, 148, 36, 338, 307] }, // s390x
    refused: [278, 279, 280, 351, 331, 355, 103],
    ...{ unshare: 303, clone: 120, cloneFlags: 1, socket: 359, socketcall: 102 },
  },
  {
    ...{ audit: 0x4000_0003, sync: [] }, // i386
    refused: [286, 287, 288, 357, 336, 374, 103],
    ...{ unshare: 310, clone: 120, socket: 359, socketcall: 102 },
  },
  {
    ...{ audit: 0x4000_0028, sync: [] }, // arm
    refused: [309, 310, 311, 386, 364, 388, 103],
    ...{ unshare: 337, clone: 120, socket: 281, socketcall: 102 },
  },
];

// io_uring_setup, io_uring_enter and io_uring_register, and clone3, whose flags no filter sees: the same everywhere. A
// program that is told that there is none takes clone(2).
const absent = [425, 426, 427, 435];

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

/** The lower half of an argument. */
function argument(index: number, order: 'LE' | 'BE'): Instruction {
  return load(16 + 8 * index + (order === 'LE' ? 0 : 4));
}

// AF_UNIX, AF_INET and AF_INET6 of linux/socket.h.
const families = [1, 2, 10];
const AF_NETLINK = 16;

// linux/sched.h
const CLONE_NEWUSER = 0x1000_0000;

// Numbers of x32, which has x86-64's architecture, begin here; its programs are in no distribution.
const x32Bit = 0x4000_0000;
const x86_64 = 0xc000_003e;

// Jumps are relative and counted from the next instruction. Another architecture skips the whole block.
function block(
  { audit, sync, refused, unshare, clone, cloneFlags = 0, socket, socketcall }: Architecture,
  { suppressSync, network }: FilterRules,
  order: 'LE' | 'BE',
): readonly Instruction[] {
  const answerTo = (calls: readonly number[], value: number) =>
    calls.flatMap((call) => [jump(equal, call, 1), answer(value)]);
  const withoutUser = (call: number, flags: number) => [
    jump(equal, call, 4),
    argument(flags, order),
    jump(bitsSet, CLONE_NEWUSER, 1),
    answer(notPermitted),
    answer(allow),
  ];
  const allowed = network ? [...families, AF_NETLINK] : families;
  const body = [
    load(numberOffset),
    ...(audit === x86_64 ? [jump(atLeast, x32Bit, 1), answer(noSuchCall)] : []),
    ...answerTo(suppressSync ? sync : [], succeed),
    ...answerTo(refused, notPermitted),
    ...answerTo([...absent, ...(socketcall === undefined ? [] : [socketcall])], noSuchCall),
    ...withoutUser(unshare, 0),
    ...withoutUser(clone, cloneFlags),
    jump(equal, socket, 2 + 2 * allowed.length),
    argument(0, order),
    ...answerTo(allowed, allow),
    answer(noSuchFamily),
    answer(allow),
  ];
  return [jump(equal, audit, body.length), ...body];
}

// linux/bpf_common.h: BPF_LD|BPF_W|BPF_ABS, BPF_JMP|BPF_JEQ|BPF_K, BPF_JMP|BPF_JGE|BPF_K, BPF_JMP|BPF_JSET|BPF_K,
// BPF_RET|BPF_K.
const equal = 0x15;
const atLeast = 0x35;
const bitsSet = 0x45;

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
