import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { absolutePath } from '../../../src/model/brands.ts';
import { BuildError } from '../../../src/model/errors.ts';
import type { Sys } from '../../../src/model/sys.ts';
import { assertTaken } from '../../../src/place/taker.ts';
import { makeSys } from '../../../src/sys/sys.ts';
import { plant, scratch, type Tree } from '../../helpers/scratch.ts';

const real = makeSys({ searchPath: '/usr/bin:/bin' });

/** A machine whose / is a directory. */
function machine(t: TestContext, tree: Tree): Sys {
  const root = plant(scratch(t), tree);
  return { ...real, root: (path) => real.root(path === '/' ? root : path) };
}

function staging(layout: string | undefined, bootRoot: string | undefined) {
  return {
    type: 'staging',
    directory: absolutePath('/tmp/staging'),
    layout,
    entryDirectory: undefined,
    bootRoot: bootRoot === undefined ? undefined : absolutePath(bootRoot),
  } as const;
}

const root = '22 1 8:2 / / rw - ext4 /dev/sda2 rw\n';
const efi = `${root}23 22 8:1 / /efi rw - vfat /dev/sda1 rw\n`;

interface Case {
  readonly name: string;
  readonly tree?: Tree;
  readonly mounts?: string;
  readonly layout: string | undefined;
  readonly boot?: string;
  /** Words of the error and its hint; none where it is taken. */
  readonly refused?: readonly [message: RegExp, hint: RegExp];
}

const notMounted = /no boot loader reads "\/boot", which is neither mounted nor has/;

const cases: readonly Case[] = [
  { name: 'a mounted ESP', layout: 'bls', boot: '/efi', mounts: efi },
  { name: 'a directory of a mounted ESP', layout: 'uki', boot: '/efi/sub', mounts: efi },
  {
    name: 'entries in /boot of the root file system',
    layout: 'bls',
    boot: '/boot',
    tree: { 'boot/loader/entries': null },
  },
  { name: 'what kernel-install does not say', layout: undefined },
  { name: 'a layout of a vendor', layout: 'vendor', boot: '/boot' },
  { name: 'no word on $BOOT', layout: 'bls' },
  {
    name: 'the layout other',
    layout: 'other',
    boot: '/boot',
    refused: [
      /layout "other", for which nobody takes it/,
      /mount the ESP \(it looked in "\/boot"\)/,
    ],
  },
  {
    name: 'the layout other of systemd 252',
    layout: 'other',
    refused: [/layout "other"/, /mount the ESP, or set layout=bls/],
  },
  {
    name: 'an ESP of fstab that is not mounted',
    layout: 'bls',
    boot: '/boot',
    tree: { 'etc/fstab': 'UUID=1-2 /efi vfat noauto 0 0\nLABEL=data /data vfat defaults 0 0\n' },
    refused: [notMounted, /^Run "mount \/efi" and try again$/],
  },
  {
    name: 'no ESP at all',
    layout: 'uki',
    boot: '/boot',
    refused: [notMounted, /^Mount the ESP and try again$/],
  },
];

for (const { name, tree = {}, mounts = root, layout, boot, refused } of cases) {
  test(`assertTaken() ${refused === undefined ? 'accepts' : 'refuses'} ${name}`, (t) => {
    const sys = machine(t, { 'proc/self/mountinfo': mounts, ...tree });
    const ask = () => assertTaken(sys, staging(layout, boot));
    if (refused === undefined) return ask();
    const [message, hint] = refused;
    assert.throws(
      ask,
      (error) =>
        error instanceof BuildError && message.test(error.message) && hint.test(error.hint ?? ''),
    );
  });
}

test('assertTaken() has nothing to say about a file of the user', () => {
  assertTaken(real, { type: 'path', directory: absolutePath('/nowhere'), name: undefined });
});
