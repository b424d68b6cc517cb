import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { encodeTrailer } from '../../../src/formats/newc.ts';
import type { Check, VerifyReport } from '../../../src/verify/report.ts';
import { assertBootable } from '../../../src/verify/verify.ts';
import { output, without } from '../formats/tools.ts';
import {
  cpio,
  directory,
  encode,
  file,
  goodImage,
  joined,
  link,
  members,
  moduleFile,
  modulesDepBin,
  program,
  put,
  rawZstd,
  verifyBytes,
  verifyTrees,
  VERSION,
  type Image,
} from './build-image.ts';

const MODULES = `usr/lib/modules/${VERSION}`;

function expectFinding(
  report: VerifyReport,
  severity: 'error' | 'warning',
  check: Check,
  message: RegExp,
): void {
  const found = report.findings.filter(
    (finding) => finding.severity === severity && finding.check === check,
  );
  assert.ok(
    found.some((finding) => message.test(finding.message)),
    `${check} ${message}: ${JSON.stringify(report.findings, undefined, 1)}`,
  );
}

for (const chunk of [1 << 20, 1000, 13]) {
  test(`verifyImage finds nothing wrong with a good image in chunks of ${chunk}`, async () => {
    const report = await verifyTrees(goodImage(), { chunk });
    assert.deepEqual(report.findings, []);
    assert.doesNotThrow(() => assertBootable(report));
  });
}

test('verifyImage says what it read', async () => {
  const parts = members(goodImage());
  const bytes = joined(Object.values(parts));
  const report = await verifyBytes(bytes);
  assert.equal(report.bytes, bytes.length);
  assert.equal(report.sha256, createHash('sha256').update(bytes).digest('hex'));
  assert.deepEqual(
    report.members.map((member) => member.compression),
    ['none', 'zstd', 'none', 'gzip'],
  );
  assert.deepEqual(
    report.members.map((member) => member.bytes),
    Object.values(parts).map((part) => part.length),
  );
  assert.equal(report.members[0]?.entries, 4);
  assert.ok(report.unpackedBytes > 1000);
});

test(
  'verifyImage reads real zstd and xz members',
  { skip: without('zstd') || without('xz') },
  async () => {
    const parts = members(goodImage());
    const image = goodImage();
    const bytes = joined([
      parts.microcode,
      output(['zstd', '-q', '-c', '-19'], cpio(image.base)),
      parts.kernel,
      output(['xz', '-c', '--check=crc32'], cpio(image.host)),
    ]);
    async function* decompress(
      compression: 'zstd' | 'xz',
      chunks: AsyncIterable<Uint8Array>,
    ): AsyncGenerator<Buffer> {
      const all: Uint8Array[] = [];
      for await (const chunk of chunks) all.push(chunk);
      yield output([compression, '-d', '-c', '-q'], Buffer.concat(all));
    }
    const report = await verifyBytes(bytes, { decompress });
    assert.deepEqual(report.findings, []);
    assert.deepEqual(
      report.members.map((member) => member.compression),
      ['none', 'zstd', 'none', 'xz'],
    );
  },
);

/** A defect planted in the trees, and the one finding it has to lead to. */
const DEFECTS: readonly [string, (image: Image) => void, 'error' | 'warning', Check, RegExp][] = [
  [
    'a link where a directory with one file was',
    (image) => {
      put(image.base, file('run/one', '1'));
      put(image.host, link('run', 'etc'));
    },
    'error',
    'conflict',
    /"run" of member 4 is lost/,
  ],
  ['six init scripts in a row', (image) => scripts(image, 6), 'error', 'init', /without end/],
  [
    'no initrd-switch-root.target',
    (image) => image.base.delete('usr/lib/systemd/system/initrd-switch-root.target'),
    'error',
    'systemd',
    /"initrd-switch-root.target"/,
  ],
  [
    'no initrd-switch-root.service',
    (image) => image.base.delete('usr/lib/systemd/system/initrd-switch-root.service'),
    'error',
    'systemd',
    /"initrd-switch-root.service"/,
  ],
  [
    'every missing module of modules.dep',
    (image) => {
      image.kernel.delete(`${MODULES}/kernel/ahci.ko`);
      image.kernel.delete(`${MODULES}/kernel/libata.ko.xz`);
    },
    'error',
    'modules',
    /modules.dep.bin names "kernel\/libata.ko.xz", which is missing/,
  ],
  [
    'microcode behind the first member',
    (image) => put(image.kernel, file('kernel/x86/microcode/AuthenticAMD.bin', 'x')),
    'error',
    'microcode',
    /first member only/,
  ],
  [
    'a missing parent',
    (image) => image.kernel.delete('usr/lib'),
    'error',
    'parents',
    /"usr\/lib" before "usr\/lib\/modules" in member 3/,
  ],
  [
    'a parent that only another member has',
    (image) => image.host.delete('etc'),
    'error',
    'parents',
    /"etc" before "etc\/crypttab" in member 4/,
  ],
  [
    'a directory where a link was',
    (image) => put(image.kernel, file('lib/firmware/x', 'y')),
    'error',
    'conflict',
    /"lib" of member 3 is a directory, before it was a link to "usr\/lib"/,
  ],
  [
    'a link where a directory with files was',
    (image) => put(image.host, link('usr', 'elsewhere')),
    'error',
    'conflict',
    /"usr" of member 4 is lost/,
  ],
  [
    'a file where a directory with files was',
    (image) => put(image.host, file('usr', 'x')),
    'error',
    'conflict',
    /"usr" of member 4 is lost/,
  ],
  [
    'no init',
    (image) => image.base.delete('init'),
    'error',
    'init',
    /Cannot start "\/init": "init" is missing/,
  ],
  [
    'an init that leads nowhere',
    (image) => put(image.base, link('init', 'usr/lib/nothing')),
    'error',
    'init',
    /"usr\/lib\/nothing" is missing/,
  ],
  [
    'an init in a circle',
    (image) => put(image.base, link('init', 'init')),
    'error',
    'init',
    /loop/,
  ],
  [
    'an init that is a directory',
    (image) => put(image.base, link('init', 'usr')),
    'error',
    'init',
    /is no file/,
  ],
  [
    'an init without execute permission',
    (image) => put(image.base, file('init', '#!/bin/sh\n')),
    'error',
    'init',
    /"init" is not executable/,
  ],
  [
    'an init of text',
    (image) => put(image.base, program('init', 'echo hello\n')),
    'error',
    'init',
    /neither an ELF program nor a script/,
  ],
  [
    'an init that is an object file',
    (image) => put(image.base, program('init', { type: 1 })),
    'error',
    'init',
    /neither an ELF program/,
  ],
  [
    'an init script without its interpreter',
    (image) => put(image.base, program('init', '#!/bin/bash\n')),
    'error',
    'init',
    /Cannot start "\/init": "usr\/bin\/bash" is missing/,
  ],
  [
    'an init that interprets itself',
    (image) => put(image.base, program('init', '#!/init\n')),
    'error',
    'init',
    /without end/,
  ],
  [
    'an init that a later member replaces',
    (image) => put(image.host, program('init', 'broken')),
    'error',
    'init',
    /neither/,
  ],
  [
    'no initrd-release',
    (image) => image.base.delete('etc/initrd-release'),
    'error',
    'systemd',
    /"\/etc\/initrd-release".*missing/,
  ],
  [
    'a dangling initrd-release',
    (image) => put(image.base, link('etc/initrd-release', '../usr/nothing')),
    'error',
    'systemd',
    /"usr\/nothing" is missing/,
  ],
  [
    'no initrd.target',
    (image) => image.base.delete('usr/lib/systemd/system/initrd.target'),
    'error',
    'systemd',
    /"initrd.target"/,
  ],
  [
    'no modules at all',
    (image) => image.kernel.clear(),
    'error',
    'modules',
    /Cannot find modules of kernel 6.1.0-x below "\/lib\/modules", where modprobe looks; 2 were planned/,
  ],
  [
    'a planned module that is missing',
    (image) => image.kernel.delete(`${MODULES}/kernel/libata.ko.xz`),
    'error',
    'modules',
    /Missing planned module "kernel\/libata.ko.xz"/,
  ],
  [
    'a module of modules.dep that is missing',
    (image) => image.kernel.delete(`${MODULES}/kernel/ahci.ko`),
    'error',
    'modules',
    /modules.dep.bin names "kernel\/ahci.ko", which is missing/,
  ],
  [
    'a dependency that is missing',
    (image) => image.kernel.delete(`${MODULES}/kernel/libata.ko.xz`),
    'error',
    'modules',
    /"kernel\/ahci.ko" needs "kernel\/libata.ko.xz"/,
  ],
  [
    'a module that modules.dep.bin does not know',
    (image) => put(image.kernel, file(`${MODULES}/extra/new.ko.zst`, 'x')),
    'error',
    'modules',
    /"extra\/new.ko.zst" is not in modules.dep.bin/,
  ],
  [
    'no modules.dep',
    (image) => image.kernel.delete(`${MODULES}/modules.dep`),
    'warning',
    'modules',
    /Missing "modules.dep",/,
  ],
  [
    'an empty modules.dep',
    (image) => put(image.kernel, file(`${MODULES}/modules.dep`, '')),
    'warning',
    'modules',
    /modules.dep.bin says more than modules.dep of 2 modules, of "ahci" first/,
  ],
  [
    'garbage in modules.dep',
    (image) => put(image.kernel, file(`${MODULES}/modules.dep`, 'garbage\n')),
    'warning',
    'modules',
    /line 1: found "garbage"/,
  ],
  [
    'no modules.dep.bin',
    (image) => image.kernel.delete(`${MODULES}/modules.dep.bin`),
    'error',
    'modules',
    /Missing "modules.dep.bin"/,
  ],
  [
    'an empty modules.dep.bin',
    (image) => put(image.kernel, file(`${MODULES}/modules.dep.bin`, '')),
    'error',
    'modules',
    /found 0 bytes/,
  ],
  [
    'a modules.dep.bin without a module',
    (image) =>
      put(
        image.kernel,
        file(`${MODULES}/modules.dep.bin`, modulesDepBin({ libata: 'kernel/libata.ko.xz:' })),
      ),
    'error',
    'modules',
    /"kernel\/ahci.ko" is not in modules.dep.bin, modprobe will not find it/,
  ],
  [
    'a modules.dep.bin with other dependencies',
    (image) =>
      put(
        image.kernel,
        file(
          `${MODULES}/modules.dep.bin`,
          modulesDepBin({ ahci: 'kernel/ahci.ko:', libata: 'kernel/libata.ko.xz:' }),
        ),
      ),
    'error',
    'modules',
    /does not say that module "ahci" needs "kernel\/libata.ko.xz", modules.dep does/,
  ],
  [
    'a modules.dep.bin with one module more',
    (image) =>
      put(
        image.kernel,
        file(
          `${MODULES}/modules.dep.bin`,
          modulesDepBin({
            ahci: 'kernel/ahci.ko: kernel/libata.ko.xz',
            libata: 'kernel/libata.ko.xz:',
            x: 'x.ko:',
          }),
        ),
      ),
    'error',
    'modules',
    /modules.dep.bin names "x.ko", which is missing/,
  ],
  [
    'a module that needs what nobody lists',
    (image) => put(image.kernel, moduleFile('kernel/ahci.ko', ['depends=libata,libahci'])),
    'error',
    'modules',
    /"kernel\/ahci.ko" depends on "libahci"/,
  ],
  [
    'a built-in that is not',
    (image) => put(image.kernel, file(`${MODULES}/modules.builtin`, 'kernel/x.ko\n')),
    'error',
    'modules',
    /depends on "scsi_mod", which is neither there nor built in/,
  ],
  [
    'a module that is no ELF file',
    (image) => put(image.kernel, file(`${MODULES}/kernel/ahci.ko`, 'x'.repeat(200))),
    'error',
    'elf',
    /ahci.ko": Cannot read ELF file/,
  ],
  [
    'a module without .modinfo',
    (image) => put(image.kernel, program(`${MODULES}/kernel/ahci.ko`, { type: 1 })),
    'error',
    'elf',
    /no .modinfo section/,
  ],
  [
    'a program that is cut off',
    (image) => put(image.base, program('usr/bin/cut', '\x7fELF\x02\x01')),
    'warning',
    'elf',
    /Damaged file "usr\/bin\/cut"/,
  ],
  [
    'data that looks like ELF',
    (image) => put(image.base, file('usr/share/sample', '\x7fELF')),
    'warning',
    'elf',
    /Damaged file "usr\/share\/sample"/,
  ],
  [
    'a library that is missing',
    (image) => image.base.delete('usr/lib/x86_64-linux-gnu/libc.so.6'),
    'error',
    'libraries',
    /"usr\/lib\/systemd\/systemd" needs "libc.so.6", which is missing/,
  ],
  [
    'a library of another machine',
    (image) =>
      put(
        image.base,
        program('usr/lib/x86_64-linux-gnu/libc.so.6', { machine: 183, soname: 'libc.so.6' }),
      ),
    'error',
    'libraries',
    /systemd" needs "libc.so.6", which is missing/,
  ],
  [
    'a library of another class',
    (image) =>
      put(
        image.base,
        program('usr/lib/x86_64-linux-gnu/libc.so.6', { bits: 32, soname: 'libc.so.6' }),
      ),
    'error',
    'libraries',
    /systemd" needs "libc.so.6", which is missing/,
  ],
  [
    'a library where a program does not look',
    (image) =>
      put(
        image.base,
        program('usr/bin/far', {
          needed: ['libsystemd-shared.so'],
          interpreter: '/lib64/ld-linux-x86-64.so.2',
        }),
      ),
    'warning',
    'libraries',
    /"usr\/bin\/far" needs "libsystemd-shared.so", which is not where it looks but at "usr\/lib\/systemd\/libsystemd-shared.so"/,
  ],
  [
    'a library where a library does not look',
    (image) => put(image.base, program('usr/lib/plugin.so', { needed: ['libsystemd-shared.so'] })),
    'warning',
    'libraries',
    /"usr\/lib\/plugin.so" needs "libsystemd-shared.so", which is not where/,
  ],
  [
    'a directory of ld.so.conf without a cache',
    (image) => image.base.delete('etc/ld.so.cache'),
    'warning',
    'libraries',
    /"usr\/bin\/tool" needs "libopt.so.1".*ld.so.cache/,
  ],
  [
    'a directory that ld.so.conf does not name',
    (image) => image.base.delete('etc/ld.so.conf.d/local.conf'),
    'warning',
    'libraries',
    /"libopt.so.1", which is not where it looks/,
  ],
  [
    'a missing program interpreter',
    (image) => image.base.delete('usr/lib64/ld-linux-x86-64.so.2'),
    'error',
    'interpreter',
    /"usr\/lib\/systemd\/systemd" needs "\/lib64\/ld-linux-x86-64.so.2" to start, which is missing/,
  ],
  [
    'a program interpreter that may not be run',
    (image) => {
      const loader = image.base.get('usr/lib64/ld-linux-x86-64.so.2');
      if (loader !== undefined) put(image.base, { ...loader, mode: 0o644 });
    },
    'error',
    'interpreter',
    /"\/lib64\/ld-linux-x86-64.so.2" to start, which is not executable/,
  ],
  [
    'a program interpreter of another machine',
    (image) => put(image.base, program('usr/lib64/ld-linux-x86-64.so.2', { machine: 3 })),
    'error',
    'interpreter',
    /is no ELF file of its kind/,
  ],
  [
    'a library opened at run time that is required',
    (image) =>
      put(
        image.base,
        program('usr/bin/dl', {
          dlopen: [
            '[{"soname":["libfirst.so"],"priority":"suggested"},{"soname":["libtss2.so.0","libtss2.so.1"],"feature":"tpm","priority":"required"}]',
          ],
        }),
      ),
    'warning',
    'libraries',
    /opens "libtss2.so.0" or "libtss2.so.1" for tpm, which is missing/,
  ],
];

for (const [what, plant, severity, check, message] of DEFECTS) {
  test(`verifyImage reports ${what}`, async () => {
    const image = goodImage();
    plant(image);
    const report = await verifyTrees(image);
    expectFinding(report, severity, check, message);
    if (severity === 'error')
      assert.throws(() => assertBootable(report), { name: 'BuildError', message: /may not boot/ });
    else assert.doesNotThrow(() => assertBootable(report));
  });
}

/** Puts a script in the place of /init that is interpreted by another one, and so on. */
function scripts(image: Image, count: number): void {
  for (let i = 1; i <= count; i++) {
    const path = i === 1 ? 'init' : `usr/bin/script${i}`;
    put(image.base, program(path, i === count ? '#!/bin/sh\n' : `#!/bin/script${i + 1}\n`));
  }
}

/** Images with something unusual in them that boot all the same. */
const FINE: readonly [string, (image: Image) => void][] = [
  ['five init scripts in a row', (image) => scripts(image, 5)],
  [
    'an absolute include in ld.so.conf',
    (image) => put(image.base, file('etc/ld.so.conf', 'include /etc/ld.so.conf.d/*.conf\n')),
  ],
  [
    'an ld.so.conf that includes itself',
    (image) =>
      put(image.base, file('etc/ld.so.conf', 'include ld.so.conf\ninclude ld.so.conf.d/*.conf\n')),
  ],
  [
    'a library that leans on what its program loads',
    (image) =>
      put(
        image.base,
        program('usr/lib/systemd/libsystemd-core.so', { needed: ['libsystemd-shared.so'] }),
        program('usr/lib/systemd/systemd', {
          interpreter: '/lib64/ld-linux-x86-64.so.2',
          needed: ['libsystemd-core.so', 'libsystemd-shared.so'],
          runpath: '$ORIGIN',
        }),
      ),
  ],
  ['an init script', (image) => put(image.base, program('init', '#!/bin/sh\n'))],
  [
    'an init script by way of another',
    (image) => put(image.base, program('init', '#!/usr/bin/script\n')),
  ],
  [
    'an empty directory that a link replaces',
    (image) => {
      put(image.base, directory('run'));
      put(image.host, link('run', 'etc'));
    },
  ],
  [
    'a file that a later member replaces',
    (image) => put(image.host, file('etc/initrd-release', 'ID=other\n')),
  ],
  [
    'libraries found by DT_RPATH',
    (image) =>
      put(
        image.base,
        program('usr/bin/r', {
          needed: ['libsystemd-shared.so'],
          rpath: '${ORIGIN}/../lib/systemd',
        }),
      ),
  ],
  [
    'libraries found by $LIB',
    (image) =>
      put(
        image.base,
        program('usr/bin/l', { needed: ['libsystemd-shared.so'], runpath: '/usr/$LIB/systemd' }),
      ),
  ],
  [
    'a library named by its path',
    (image) => put(image.base, program('usr/bin/p', { needed: ['/usr/local/lib/libopt.so.1'] })),
  ],
  [
    'a library of another class in an earlier directory',
    (image) =>
      put(
        image.base,
        program('usr/bin/s', { needed: ['libopt.so.1'], runpath: '/opt' }),
        program('opt/libopt.so.1', { bits: 32 }),
      ),
  ],
  [
    'optional libraries opened at run time',
    (image) =>
      put(
        image.base,
        program('usr/bin/dl', { dlopen: ['[{"soname":["libx.so"],"priority":"suggested"}]'] }),
      ),
  ],
  [
    'a required library opened at run time by its second name',
    (image) =>
      put(
        image.base,
        program('usr/bin/dl', {
          dlopen: ['[{"soname":["libx.so","libc.so.6"],"priority":"required"}]'],
        }),
      ),
  ],
  [
    'firmware that looks like a damaged program',
    (image) => put(image.kernel, { ...file('usr/lib/firmware/x', '\x7fELF'), mode: 0o755 }),
  ],
  [
    'programs for BPF',
    (image) => put(image.base, program('usr/lib/bpf.o', { type: 1, machine: 247 })),
  ],
];

for (const [what, change] of FINE) {
  test(`verifyImage accepts ${what}`, async () => {
    const image = goodImage();
    change(image);
    assert.deepEqual((await verifyTrees(image)).findings, []);
  });
}

const TUPLES: readonly (readonly [number, 32 | 64, string])[] = [
  [62, 64, 'x86_64-linux-gnu'],
  [183, 64, 'aarch64-linux-gnu'],
  [243, 64, 'riscv64-linux-gnu'],
  [21, 64, 'powerpc64le-linux-gnu'],
  [22, 64, 's390x-linux-gnu'],
  [258, 64, 'loongarch64-linux-gnu'],
  [3, 32, 'i386-linux-gnu'],
  [40, 32, 'arm-linux-gnueabihf'],
];

for (const [machine, bits, tuple] of TUPLES) {
  test(`verifyImage looks for libraries in ${tuple}`, async () => {
    const image = goodImage();
    put(
      image.base,
      program(`usr/lib/${tuple}/libm.so`, { machine, bits }),
      program('usr/bin/m', { machine, bits, needed: ['libm.so'] }),
    );
    assert.deepEqual((await verifyTrees(image)).findings, []);
  });
}

test('DT_RPATH does not count beside DT_RUNPATH', async () => {
  const image = goodImage();
  put(
    image.base,
    program('usr/bin/both', {
      needed: ['libsystemd-shared.so'],
      rpath: '/usr/lib/systemd',
      runpath: '/nowhere',
      interpreter: '/lib64/ld-linux-x86-64.so.2',
    }),
  );
  expectFinding(await verifyTrees(image), 'warning', 'libraries', /"usr\/bin\/both" needs/);
});

/** Defects of the bytes. */
const BROKEN: readonly [string, (parts: ReturnType<typeof members>) => Buffer, Check, RegExp][] = [
  [
    'a member off a multiple of four',
    ({ microcode, base, kernel, host }) =>
      Buffer.concat([
        microcode,
        base,
        Buffer.alloc(((4 - (base.length % 4)) % 4) + 2),
        kernel,
        host,
      ]),
    'alignment',
    /member 3 at offset \d+.*multiple of 4/,
  ],
  [
    'garbage between members',
    ({ microcode, base }) => joined([microcode, Buffer.from('garbage!'), base]),
    'archive',
    /found bytes 676172626167, wanted newc/,
  ],
  [
    'garbage at the end',
    (parts) => Buffer.concat([joined(Object.values(parts)), Buffer.from('x')]),
    'archive',
    /member 5 .*found bytes 78/,
  ],
  [
    'a cut uncompressed member',
    ({ microcode, base, kernel }) =>
      joined([microcode, base, kernel.subarray(0, kernel.length - 200)]),
    'archive',
    /member 3/,
  ],
  [
    'an uncompressed member without its trailer',
    ({ microcode, base, kernel }) =>
      joined([microcode, base, kernel.subarray(0, kernel.length - encodeTrailer().length)]),
    'archive',
    /member 3 .*without TRAILER!!!/,
  ],
  [
    'a cut frame',
    ({ microcode, base }) => joined([microcode, base.subarray(0, base.length - 50)]),
    'archive',
    /member 2 .*the data ends inside block/,
  ],
  [
    'a cut gzip member',
    ({ microcode, base, kernel, host }) =>
      joined([microcode, base, kernel, host.subarray(0, host.length - 20)]),
    'archive',
    /member 4/,
  ],
  [
    'a window of 16 MiB',
    ({ microcode, base, kernel, host }) => {
      base[5] = 14 << 3;
      return joined([microcode, base, kernel, host]);
    },
    'compression',
    /window is 16777216 bytes, at most 8388608/,
  ],
  [
    'a skippable frame',
    ({ microcode, base }) =>
      joined([microcode, Buffer.from('502a4d180400000061626364', 'hex'), base]),
    'archive',
    /skippable/,
  ],
  [
    'one cpio in two frames',
    ({ microcode, kernel, host }) => {
      const base = cpio(goodImage().base);
      const middle = base.length / 2 - ((base.length / 2) % 4);
      return joined([
        microcode,
        rawZstd(base.subarray(0, middle)),
        rawZstd(base.subarray(middle)),
        kernel,
        host,
      ]);
    },
    'archive',
    /member 2/,
  ],
  [
    'two archives in one frame',
    ({ microcode, kernel, host }) =>
      joined([
        microcode,
        rawZstd(Buffer.concat([cpio(goodImage().base), cpio(goodImage().host)])),
        kernel,
        host,
      ]),
    'archive',
    /member 2 .*more after its cpio archive/,
  ],
  [
    'microcode in an uncompressed second member',
    ({ microcode, base, kernel, host }) => joined([kernel, microcode, base, host]),
    'microcode',
    /first member only/,
  ],
  [
    'a compressed first member with microcode',
    ({ microcode, base, kernel, host }) => joined([gzipSync(microcode), base, kernel, host]),
    'microcode',
    /uncompressed first member/,
  ],
  [
    'an lz4 member',
    ({ microcode }) => joined([microcode, Buffer.from('02214c1800000000', 'hex')]),
    'archive',
    /found lz4, wanted/,
  ],
  [
    'a link count of 2',
    ({ microcode, base, kernel, host }) => {
      const at = kernel.indexOf('modules.dep\0') - `${MODULES}/`.length - 110;
      kernel.write('00000002', at + 38, 'latin1');
      return joined([microcode, base, kernel, host]);
    },
    'links',
    /modules.dep" has a link count of 2/,
  ],
  [
    'a broken header',
    ({ microcode, base, kernel, host }) => {
      kernel.write('0x', 6, 'latin1');
      return joined([microcode, base, kernel, host]);
    },
    'archive',
    /member 3 .*wanted 8 hex digits/,
  ],
  [
    'an absolute path',
    ({ microcode, base, kernel, host }) => {
      const entry = Buffer.concat(encode(file('aetc', 'x')));
      entry.write('/', 110, 'latin1');
      return joined([microcode, base, kernel, host, Buffer.concat([entry, encodeTrailer()])]);
    },
    'path',
    /Strange path "\/etc"/,
  ],
];

for (const [what, breakIt, check, message] of BROKEN) {
  test(`verifyImage reports ${what}`, async () => {
    const report = await verifyBytes(breakIt(members(goodImage())));
    expectFinding(report, 'error', check, message);
  });
}

test(
  'verifyImage refuses xz checks that the kernel does not know',
  { skip: without('xz') },
  async () => {
    const { microcode, base, kernel } = members(goodImage());
    const host = cpio(goodImage().host);
    const bytes = joined([microcode, base, kernel, output(['xz', '-c', '-0'], host)]);
    async function* decompress(
      compression: 'zstd' | 'xz',
      chunks: AsyncIterable<Uint8Array>,
    ): AsyncGenerator<Buffer> {
      for await (const chunk of chunks) void chunk;
      yield compression === 'xz' ? host : cpio(goodImage().base);
    }
    expectFinding(
      await verifyBytes(bytes, { decompress }),
      'error',
      'compression',
      /its check is crc64, the kernel knows crc32 and none/,
    );
  },
);

test('verifyImage refuses compressions that this kernel does not have', async () => {
  const report = await verifyTrees(goodImage(), { expect: { compressions: ['gzip', 'none'] } });
  expectFinding(
    report,
    'error',
    'compression',
    /member 2 .*with zstd, the kernel takes gzip, none/,
  );
});

test('verifyImage reports a decompressor that fails or stops early', async () => {
  const { BuildError } = await import('../../../src/model/errors.ts');
  const failing = await verifyTrees(goodImage(), {
    // oxlint-disable-next-line require-yield
    async *decompress(): AsyncGenerator<Buffer> {
      throw new BuildError('Cannot run "zstd"');
    },
  });
  expectFinding(failing, 'error', 'archive', /member 2 .*Cannot run "zstd"/);
  const early = await verifyTrees(goodImage(), {
    async *decompress(): AsyncGenerator<Buffer> {
      yield cpio(goodImage().base);
    },
  });
  expectFinding(early, 'error', 'archive', /member 2 .*did not read it to its end/);
});

test('a bug in the decompressor is not taken for a bad image', async () => {
  const decompress = (): AsyncGenerator<Buffer> => {
    throw new TypeError('bug');
  };
  await assert.rejects(verifyTrees(goodImage(), { decompress }), TypeError);
});

test('verifyImage does not mind the link count of directories', async () => {
  const { microcode, base, kernel, host } = members(goodImage());
  assert.equal(kernel.toString('latin1', 110, 114), 'usr\0');
  kernel.write('00000003', 38, 'latin1');
  assert.deepEqual((await verifyBytes(joined([microcode, base, kernel, host]))).findings, []);
});

test('a path twice in a member is a warning', async () => {
  const { microcode, base, kernel } = members(goodImage());
  const host = Buffer.concat([
    ...encode(directory('etc')),
    ...encode(file('etc/a', '1')),
    ...encode(file('etc/a', '2')),
    encodeTrailer(),
  ]);
  expectFinding(
    await verifyBytes(joined([microcode, base, kernel, host])),
    'warning',
    'duplicate',
    /Member 4 has "etc\/a" twice/,
  );
});

test('a damaged image gets no findings about what was never read', async () => {
  const { microcode, base } = members(goodImage());
  const bytes = joined([microcode, base.subarray(0, 500)]);
  const report = await verifyBytes(bytes);
  assert.deepEqual(
    report.findings.map(({ check }) => check),
    ['archive'],
  );
  assert.equal(report.sha256, createHash('sha256').update(bytes).digest('hex'));
});

test('modules of a kernel without any are not asked for', async () => {
  const image = goodImage();
  image.kernel.clear();
  assert.deepEqual((await verifyTrees(image, { expect: { modules: [] } })).findings, []);
});

test('findings name the owning package, also by the path before /usr was merged', async () => {
  const image = goodImage();
  image.base.delete('usr/lib/x86_64-linux-gnu/libc.so.6');
  const owners = new Map([['lib/systemd/systemd', 'systemd']]);
  const report = await verifyTrees(image, { owners });
  assert.deepEqual(
    report.findings.map((finding) => [finding.path, finding.package]),
    [
      ['usr/lib/systemd/libsystemd-shared.so', undefined],
      ['usr/lib/systemd/systemd', 'systemd'],
    ],
  );
  assert.throws(
    () => assertBootable(report),
    /- "usr\/lib\/systemd\/systemd" needs "libc.so.6", which is missing \(package systemd\)/,
  );
});

test('assertBootable gives one error and no more', () => {
  const report = {
    warnings: [],
    bytes: 0,
    sha256: '',
    unpackedBytes: 0,
    members: [],
    ...reportOf(1),
  };
  assert.throws(() => assertBootable(report), {
    message: 'Refusing the image, it may not boot, for 1 reason:\n- Mistake 0',
  });
});

test('assertBootable lists ten errors, counts the rest and gives the first hint', async () => {
  const image = goodImage();
  for (let i = 0; i < 30; i++) put(image.kernel, file(`${MODULES}/kernel/m${i}.ko.xz`, 'x'));
  assert.throws(
    () =>
      assertBootable({
        warnings: [],
        bytes: 0,
        sha256: '',
        unpackedBytes: 0,
        members: [],
        ...reportOf(30),
      }),
    (error: unknown) => {
      assert.ok(error instanceof Error);
      assert.equal(error.message.split('\n').length, 12);
      assert.match(error.message, /for 30 reasons/);
      assert.match(error.message, /- and 20 more$/);
      return true;
    },
  );
  const report = await verifyTrees(image);
  assert.throws(() => assertBootable(report), { hint: 'Run depmod over the modules of the image' });
});

test('one mistake in thousands of files is kept a hundred times', async () => {
  const image = goodImage();
  for (let i = 0; i < 250; i++) put(image.kernel, file(`${MODULES}/kernel/m${i}.ko.xz`, 'x'));
  const { findings } = await verifyTrees(image);
  assert.equal(findings.filter(({ check }) => check === 'modules').length, 100);
  assert.equal(findings.filter(({ check }) => check === 'elf').length, 100);
});

test('hundreds of warnings keep no error from being told', async () => {
  const image = goodImage();
  // Of the same check, and before it in the image.
  for (let i = 0; i < 250; i++) {
    put(image.base, program(`usr/bin/aside${i}`, { type: 2, needed: ['libgone.so'] }));
  }
  put(image.base, program('usr/lib/systemd/systemd', { type: 2, needed: ['libgone.so'] }));
  const { findings, warnings } = await verifyTrees(image);
  assert.equal(warnings.length, 100);
  assert.deepEqual(
    findings.filter(({ severity }) => severity === 'error').map(({ path }) => path),
    ['usr/lib/systemd/systemd'],
  );
});

test('warnings are sentences of the report', async () => {
  const image = goodImage();
  put(image.base, file('usr/share/sample', '\x7fELF'));
  const { warnings } = await verifyTrees(image, {
    owners: new Map([['usr/share/sample', 'samples']]),
  });
  assert.equal(warnings.length, 1);
  assert.match(warnings[0] ?? '', /^Damaged file "usr\/share\/sample": .* \(package samples\)$/);
});

function reportOf(count: number): Pick<VerifyReport, 'findings'> {
  const findings = Array.from({ length: count }, (_, index) => ({
    severity: 'error' as const,
    check: 'init' as const,
    path: '',
    message: `Mistake ${index}`,
  }));
  return { findings };
}
