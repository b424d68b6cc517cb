// A small image that boots, in pieces that tests can break.
import { gzipSync } from 'node:zlib';
import { dataPadding, encodeHead, encodeTrailer } from '../../../src/formats/newc.ts';
import { storedXz } from '../../../src/formats/stored.ts';
import type { Entry } from '../../../src/model/image.ts';
import type { VerifyReport } from '../../../src/verify/report.ts';
import { verifyImage, type VerifyInput } from '../../../src/verify/verify.ts';
import { buildElf, modinfoSection, type ElfRecipe } from '../formats/build-elf.ts';

export type Tree = Map<string, Entry>;

export interface Image {
  readonly microcode: Tree;
  readonly base: Tree;
  readonly kernel: Tree;
  readonly host: Tree;
}

export const VERSION = '6.1.0-x';
const MODULES = `usr/lib/modules/${VERSION}`;
const LOADER = '/lib64/ld-linux-x86-64.so.2';

export function goodImage(): Image {
  const image = { microcode: new Map(), base: new Map(), kernel: new Map(), host: new Map() };
  put(image.microcode, file('kernel/x86/microcode/GenuineIntel.bin', 'ucode'));
  for (const name of ['bin', 'lib', 'lib64', 'sbin']) put(image.base, link(name, `usr/${name}`));
  put(
    image.base,
    link('init', 'usr/lib/systemd/systemd'),
    file('etc/initrd-release', 'ID=test\n'),
    file('etc/ld.so.conf', 'include ld.so.conf.d/*.conf\n'),
    file('etc/ld.so.conf.d/local.conf', '/usr/local/lib\n'),
    file('etc/ld.so.cache', 'glibc-ld.so.cache1.1\0/usr/local/lib/libopt.so.1\0'),
    program('usr/lib/systemd/systemd', {
      interpreter: LOADER,
      needed: ['libsystemd-shared.so', 'libc.so.6'],
      runpath: '$ORIGIN',
    }),
    program('usr/lib/systemd/libsystemd-shared.so', { needed: ['libc.so.6'] }),
    program('usr/lib/x86_64-linux-gnu/libc.so.6', { soname: 'libc.so.6', interpreter: LOADER }),
    program('usr/lib64/ld-linux-x86-64.so.2', { soname: 'ld-linux-x86-64.so.2' }),
    program('usr/local/lib/libopt.so.1', { soname: 'libopt.so.1' }),
    program('usr/bin/tool', { interpreter: LOADER, needed: ['libopt.so.1'] }),
    program('usr/bin/sh', { type: 2 }),
    program('usr/bin/script', '#! /bin/sh -e\n'),
  );
  putSystemd(image.base);
  const lines = ['kernel/ahci.ko: kernel/libata.ko.xz', 'kernel/libata.ko.xz:'];
  put(
    image.kernel,
    moduleFile('kernel/ahci.ko', ['name=ahci', 'depends=libata,scsi_mod']),
    file(`${MODULES}/kernel/libata.ko.xz`, Buffer.concat([...storedXz([Buffer.from('x')])])),
    file(`${MODULES}/modules.dep`, `${lines.join('\n')}\n`),
    file(
      `${MODULES}/modules.dep.bin`,
      modulesDepBin({ ahci: lines[0] ?? '', libata: lines[1] ?? '' }),
    ),
    file(`${MODULES}/modules.alias.bin`, modulesDepBin({})),
    file(`${MODULES}/modules.builtin`, 'kernel/drivers/scsi/scsi-mod.ko\n'),
    file(`${MODULES}/modules.builtin.bin`, modulesDepBin({ scsi_mod: '' })),
  );
  put(image.host, file('etc/crypttab', 'root /dev/sda2 none\n'));
  return image;
}

/** The programs that systemd calls on its way to the real root. */
function putSystemd(tree: Tree): void {
  const service = (...lines: readonly string[]): string =>
    ['[Unit]', '[Service]', ...lines, ''].join('\n');
  const units: Readonly<Record<string, string>> = {
    'basic.target': '[Unit]\nRequires=sysinit.target\n',
    'emergency.service': service('ExecStart=-/usr/bin/sulogin'),
    'emergency.target': '[Unit]\nRequires=emergency.service\n',
    'initrd-cleanup.service': service(
      'ExecStart=systemctl --no-block isolate initrd-switch-root.target',
    ),
    'initrd-parse-etc.service': service('ExecStart=systemctl start initrd-cleanup.service'),
    'initrd-root-fs.target': '[Unit]\n',
    'initrd-switch-root.service': service('ExecStart=systemctl --no-block switch-root'),
    'initrd-switch-root.target': '[Unit]\nWants=initrd-switch-root.service\nAllowIsolate=yes\n',
    'initrd.target':
      '[Unit]\nRequires=basic.target\nWants=initrd-root-fs.target initrd-parse-etc.service absent.target\n',
    'sysinit.target': '[Unit]\nWants=systemd-udev-trigger.service systemd-udevd.service\n',
    'systemd-udevd-kernel.socket': '[Socket]\nListenNetlink=kobject-uevent 1\n',
    'systemd-udev-trigger.service': service('ExecStart=-udevadm trigger'),
    'systemd-udevd.service': service(
      'Sockets=systemd-udevd-kernel.socket',
      'ExecStart=/usr/lib/systemd/systemd-udevd',
    ),
  };
  for (const [name, text] of Object.entries(units)) {
    put(tree, file(`usr/lib/systemd/system/${name}`, text));
  }
  const programs = [
    ...['usr/bin/mount', 'usr/bin/sulogin', 'usr/bin/systemctl', 'usr/bin/udevadm'],
    ...['usr/lib/systemd/system-generators/systemd-fstab-generator', 'usr/sbin/modprobe'],
    ...[
      'usr/lib/systemd/systemd-executor',
      'usr/lib/systemd/systemd-udevd',
      'usr/lib/systemd/systemd-fsck',
    ],
  ];
  for (const path of programs) put(tree, program(path, { type: 2 }));
  const rules: Readonly<Record<string, string>> = {
    '60-persistent-storage':
      'ENV{ID_FS_UUID_ENC}=="?*", SYMLINK+="disk/by-uuid/$env{ID_FS_UUID_ENC}"\n',
    '80-drivers': 'ENV{MODALIAS}=="?*", RUN{builtin}+="kmod load"\n',
    '99-systemd': 'SUBSYSTEM=="block", TAG+="systemd"\n',
  };
  for (const [name, text] of Object.entries(rules)) {
    put(tree, file(`usr/lib/udev/rules.d/${name}.rules`, text));
  }
}

/** Puts entries into a tree, with the directories they lie in. */
export function put(tree: Tree, ...entries: readonly Entry[]): void {
  for (const entry of entries) {
    const parts = entry.path.split('/');
    for (let depth = 1; depth < parts.length; depth++) {
      const path = parts.slice(0, depth).join('/');
      if (!tree.has(path)) tree.set(path, directory(path));
    }
    tree.set(entry.path, entry);
  }
}

const BASE = { mode: 0o644, uid: 0, gid: 0, mtime: 0 };

export function directory(path: string): Entry {
  return { ...BASE, mode: 0o755, path, type: 'directory' };
}

export function link(path: string, target: string): Entry {
  return { ...BASE, mode: 0o777, path, type: 'symlink', target };
}

export function file(path: string, content: string | Uint8Array): Entry {
  return { ...BASE, path, type: 'file', content: { type: 'bytes', bytes: Buffer.from(content) } };
}

export function program(path: string, content: ElfRecipe | string): Entry {
  const bytes = typeof content === 'string' ? Buffer.from(content) : buildElf(content);
  return { ...file(path, bytes), mode: 0o755 };
}

/** A path below the modules directory. */
export function moduleFile(path: string, info: readonly string[], machine?: number): Entry {
  const isSilent = !info.some((field) => field.startsWith('vermagic'));
  const all = isSilent
    ? [...info, `vermagic=${VERMAGIC}`]
    : info.filter((field) => field !== 'vermagic');
  const sections = { '.modinfo': modinfoSection(all) };
  const recipe = machine === undefined ? {} : { machine };
  return file(`${MODULES}/${path}`, buildElf({ type: 1, sections, ...recipe }));
}

/** Of every module that names no other one; `vermagic` alone leaves it out. */
export const VERMAGIC = `${VERSION} SMP preempt mod_unload `;

/** kmod's index of names with different first letters: one node each below the root. */
export function modulesDepBin(lines: Readonly<Record<string, string>>): Buffer {
  const u32 = (value: number): Buffer =>
    Buffer.from((value >>> 0).toString(16).padStart(8, '0'), 'hex');
  const nodes: Uint8Array[] = [];
  const children = Array.from({ length: 128 }, () => 0);
  let at = 12;
  for (const [name, line] of Object.entries(lines)) {
    const node = Buffer.concat([
      Buffer.from(`${name.slice(1)}\0`),
      u32(1),
      u32(0),
      Buffer.from(`${line}\0`),
    ]);
    children[name.charCodeAt(0)] = 0xc0000000 + at;
    nodes.push(node);
    at += node.length;
  }
  return Buffer.concat([
    u32(0xb007f457),
    u32(0x00020001),
    u32(0x20000000 + at),
    ...nodes,
    Buffer.from([0, 127]),
    ...children.map(u32),
  ]);
}

export function cpio(tree: Tree): Buffer {
  const entries = [...tree.values()].toSorted((a, b) => (a.path < b.path ? -1 : 1));
  return Buffer.concat([
    ...entries.flatMap((entry, index) => encode(entry, index + 1)),
    encodeTrailer(),
  ]);
}

export function encode(entry: Entry, ino = 1): Buffer[] {
  const bytes =
    entry.type === 'file' && entry.content.type === 'bytes' ? entry.content.bytes : Buffer.alloc(0);
  return [encodeHead(entry, ino), Buffer.from(bytes), dataPadding(bytes.length)];
}

/** One frame of raw blocks, so that no zstd is needed; window 2^(10 + exponent). */
export function rawZstd(content: Buffer, exponent = 11): Buffer {
  const pieces: Uint8Array[] = [Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0, exponent << 3])];
  const size = 100_000;
  for (let at = 0; at < Math.max(content.length, 1); at += size) {
    const block = content.subarray(at, at + size);
    const head = Buffer.alloc(3);
    head.writeUIntLE((block.length << 3) | (at + size >= content.length ? 1 : 0), 0, 3);
    pieces.push(head, block);
  }
  return Buffer.concat(pieces);
}

export function members(image: Image): { [name in keyof Image]: Buffer } {
  return {
    microcode: cpio(image.microcode),
    base: rawZstd(cpio(image.base)),
    kernel: cpio(image.kernel),
    host: gzipSync(cpio(image.host)),
  };
}

/** Members one behind the other, each at a multiple of four. */
export function joined(all: readonly Uint8Array[]): Buffer {
  return Buffer.concat(
    all.flatMap((member) => [member, Buffer.alloc((4 - (member.length % 4)) % 4)]),
  );
}

export async function verifyBytes(
  bytes: Buffer,
  options: {
    expect?: Partial<VerifyInput['expect']>;
    owners?: ReadonlyMap<string, string>;
    chunk?: number;
    decompress?: VerifyInput['decompress'];
    known?: VerifyInput['known'];
  } = {},
): Promise<VerifyReport> {
  return await verifyImage({
    image: chunks(bytes, options.chunk ?? 65_536),
    decompress: options.decompress ?? unpackRaw,
    expect: {
      kernelVersion: VERSION,
      modules: ['kernel/ahci.ko.xz', 'kernel/libata.ko.xz'],
      ...options.expect,
    },
    owners: options.owners ?? new Map(),
    ...(options.known === undefined ? {} : { known: options.known }),
  });
}

export async function verifyTrees(
  image: Image,
  options: Parameters<typeof verifyBytes>[1] = {},
): Promise<VerifyReport> {
  return await verifyBytes(joined(Object.values(members(image))), options);
}

async function* chunks(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

/** Undoes `rawZstd`; stands in for a zstd process. */
export async function* unpackRaw(
  _: string,
  frame: AsyncIterable<Uint8Array>,
): AsyncGenerator<Buffer> {
  const pieces: Uint8Array[] = [];
  for await (const piece of frame) pieces.push(piece);
  const bytes = Buffer.concat(pieces);
  for (let at = 6; at < bytes.length;) {
    const size = bytes.readUIntLE(at, 3) >> 3;
    yield bytes.subarray(at + 3, at + 3 + size);
    at += 3 + size;
  }
}
