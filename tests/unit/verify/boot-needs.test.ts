import assert from 'node:assert/strict';
import test from 'node:test';
import type { Entry } from '../../../src/model/image.ts';
import type { ProgramNeed } from '../../../src/model/plan.ts';
import type { ElfRecipe } from '../formats/build-elf.ts';
import { file, goodImage, program, put, verifyTrees, type Image } from './build-image.ts';

const loader = '/lib64/ld-linux-x86-64.so.2';
const systemd = 'usr/lib/systemd';
const crypt: ProgramNeed = { what: 'crypt under /', anyOf: ['systemd-cryptsetup'] };

/** The severities of all findings, in the order of the alphabet and each once. */
async function severities(
  change: (image: Image) => void,
  programs: readonly ProgramNeed[] = [],
): Promise<readonly string[]> {
  const image = goodImage();
  put(image.base, program(`${systemd}/systemd-cryptsetup`, { type: 2 }));
  change(image);
  const { findings } = await verifyTrees(image, { expect: { programs } });
  return [...new Set(findings.map(({ severity }) => severity))].sort();
}

/** Ways in which a program cannot be started. */
const faults: Readonly<Record<string, (path: string) => readonly Entry[]>> = {
  'a library is missing': (path) => [elf(path, { needed: ['libgone.so'] })],
  'a library of a library is missing': (path) => [
    elf(path, { needed: ['libmid.so'] }),
    program('usr/lib/libmid.so', { needed: ['libgone.so'] }),
  ],
  'a library is cut off': (path) => [
    elf(path, { needed: ['libcut.so'] }),
    program('usr/lib/libcut.so', '\x7fELF\x02\x01'),
  ],
  'a library is for another machine': (path) => [
    elf(path, { needed: ['libarm.so'] }),
    program('usr/lib/libarm.so', { machine: 183 }),
  ],
  'a library lies where no cache leads': (path) => [
    elf(path, { needed: ['libnew.so'] }),
    program('usr/local/lib/libnew.so', {}),
  ],
  'its interpreter is missing': (path) => [program(path, { type: 2, interpreter: '/lib64/gone' })],
  'it is cut off': (path) => [program(path, '\x7fELF\x02\x01')],
  'it is a script whose interpreter lacks a library': (path) => [
    program(path, '#!/usr/bin/bash\n'),
    elf('usr/bin/bash', { needed: ['libgone.so'] }),
  ],
  'it opens a library that it cannot do without': (path) => [
    elf(path, { dlopen: ['[{"soname":["libgone.so"],"priority":"required"}]'] }),
  ],
};

function elf(path: string, recipe: ElfRecipe): Entry {
  return program(path, { type: 2, interpreter: loader, ...recipe });
}

const onWay = [
  ...['usr/bin/mount', 'usr/bin/systemctl', 'usr/bin/udevadm', 'usr/sbin/modprobe'],
  ...[`${systemd}/systemd-udevd`, `${systemd}/system-generators/systemd-fstab-generator`],
  `${systemd}/systemd-fsck`,
  // A check of / that fails is the end, whatever made it fail.
  ...['usr/sbin/fsck', 'usr/sbin/fsck.ext4'],
];
const aside = [
  'usr/bin/journalctl',
  'usr/sbin/fsck.vfat',
  `${systemd}/systemd-pcrphase`,
  `${systemd}/systemd-cryptsetup`,
];

for (const [what, plant] of Object.entries(faults)) {
  test(`verifyImage refuses a program of the way to the real root where ${what}`, async () => {
    for (const path of onWay) {
      const found = await severities((image) => put(image.base, ...plant(path)));
      assert.ok(found.includes('error'), `${path}: ${found.join()}`);
    }
  });

  test(`verifyImage only warns of any other program where ${what}`, async () => {
    for (const path of aside) {
      const found = await severities((image) => put(image.base, ...plant(path)));
      assert.deepEqual(found, ['warning'], path);
    }
  });

  test(`verifyImage refuses a program of the storage under / where ${what}`, async () => {
    const found = await severities(
      (image) => put(image.base, ...plant(`${systemd}/systemd-cryptsetup`)),
      [crypt],
    );
    assert.ok(found.includes('error'), found.join());
  });
}

test('verifyImage refuses whatever is wrong with a program where /init is not systemd', async () => {
  const found = await severities((image) =>
    put(image.base, program('init', '#!/bin/sh\n'), elf('usr/bin/any', { needed: ['libgone.so'] })),
  );
  assert.deepEqual(found, ['error']);
});

const opened: readonly (readonly [
  library: string,
  programs: readonly ProgramNeed[],
  severity: string,
])[] = [
  ['libkmod.so.2', [], 'error'],
  ['libmount.so.1', [], 'error'],
  ['libblkid.so.1', [], 'error'],
  ['libcryptsetup.so.12', [crypt], 'error'],
  ['libcryptsetup.so.12', [], 'warning'],
  ['libtss2-esys.so.0', [crypt], 'warning'],
];

for (const [library, programs, severity] of opened) {
  test(`verifyImage has ${severity} for ${library}, which systemd opens, with ${programs.length} programs`, async () => {
    const dlopen = [`[{"soname":["${library}"],"priority":"recommended"}]`];
    const change = (entries: readonly Entry[]) => (image: Image) =>
      put(
        image.base,
        program(`${systemd}/libsystemd-shared.so`, { needed: ['libc.so.6'], dlopen }),
        ...entries,
      );
    assert.deepEqual(await severities(change([]), programs), [severity]);
    const there = program(`usr/lib/${library}`, {});
    assert.deepEqual(await severities(change([there]), programs), []);
    // What it needs in its turn is needed as well.
    if (severity === 'warning') return;
    const lacking = program(`usr/lib/${library}`, { needed: ['libgone.so'] });
    assert.deepEqual(await severities(change([lacking]), programs), ['error']);
  });
}

test('verifyImage asks for a cache that leads to the library, not only for a file of that name', async () => {
  for (const content of ['', 'garbage', 'glibc-ld.so.cache1.1\0/usr/local/lib/libother.so\0']) {
    const found = await severities((image) =>
      put(
        image.base,
        file('etc/ld.so.cache', content),
        elf('usr/bin/mount', { needed: ['libopt.so.1'] }),
      ),
    );
    assert.ok(found.includes('error'), content);
  }
});
