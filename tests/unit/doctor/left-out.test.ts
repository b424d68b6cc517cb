import assert from 'node:assert/strict';
import test from 'node:test';
import { findLeftOut, observe, type Known } from '../../../src/doctor/left-out.ts';
import {
  describeLeftOut,
  describeObservation,
  type BootRecord,
  type SeenDisk,
} from '../../../src/model/boot-record.ts';
import { needsOfSignature } from '../../../src/plan/storage/signatures.ts';

const known: Known = {
  driversOf: (modalias) => (modalias.startsWith('virtio:') ? ['virtio_blk'] : []),
  isModule: (name) => name !== 'ext4',
  needsOf: needsOfSignature,
  isPlanned: ({ node }) => node === 'raid',
};

function record(changes: Partial<BootRecord>): BootRecord {
  return {
    kernelVersion: '6.12',
    imageKernel: '6.12',
    time: null,
    image: null,
    commandLine: 'root=UUID=1 rd.luks=1',
    isGeneric: null,
    profiles: ['dm'],
    modules: ['dm_mod'],
    neverCame: ['/dev/disk/by-uuid/1'],
    failed: [],
    disks: [],
    undriven: [],
    journal: [],
    ...changes,
  };
}

function disk(name: string, type: string | null, changes: Partial<SeenDisk> = {}): SeenDisk {
  const none = { uuid: null, label: null, partitionUuid: null, partitionLabel: null };
  return { name, mebibytes: 1, type, ...none, ...changes };
}

const virtio = { bus: 'virtio', name: 'virtio0', modalias: 'virtio:d2', modules: [] };
const mount = { unit: 'sysroot.mount', result: 'exit-code', status: 32, program: null };

const rows: readonly (readonly [
  name: string,
  changes: Partial<BootRecord>,
  leftOut: readonly RegExp[],
  observed: readonly RegExp[],
])[] = [
  [
    'a device without a driver that the image had, once for two of them',
    { undriven: [virtio, { ...virtio, name: 'virtio1' }] },
    [/^driver virtio_blk of the device virtio virtio0 \(virtio:d2\)$/],
    [],
  ],
  [
    'a device that this kernel has no driver for',
    { undriven: [{ ...virtio, modalias: 'pci:x' }] },
    [],
    [/no disk/],
  ],
  [
    'a driver that was in the image',
    { undriven: [{ ...virtio, modules: ['virtio_blk'] }], modules: ['virtio_blk'] },
    [],
    [/taken by no driver, though virtio_blk was in the image/],
  ],
  ['no disk at all', {}, [], [/^There was no disk/]],
  [
    'layers without their profile, each once',
    {
      disks: [disk('sda1', 'crypto_LUKS'), disk('sda2', 'crypto_LUKS'), disk('sdb', 'LVM2_member')],
    },
    [/^profile cryptsetup, for crypto_LUKS on sda1$/],
    [
      /^The image had no profile lvm, for LVM2_member on sdb: .*"pkginitrd why lvm"/,
      /^None of the disks is "\/dev\/disk\/by-uuid\/1"/,
    ],
  ],
  [
    'a layer that the plan of the image had, and one that a device waited for speaks of',
    {
      disks: [disk('sda', 'linux_raid_member'), disk('sdb', 'LVM2_member')],
      neverCame: ['/dev/vg/root'],
      commandLine: 'root=/dev/vg/root',
    },
    [/^profile raid, for/, /^profile lvm, for/],
    [],
  ],
  [
    'no layer to blame where the disk that was waited for is there',
    {
      disks: [
        disk('sda', 'crypto_LUKS'),
        disk('sdb', 'linux_raid_member'),
        disk('sdc', 'ext4', { uuid: '1' }),
      ],
    },
    [],
    [/^The image had no profile cryptsetup/, /^The image had no profile raid/],
  ],
  [
    'an image of another kernel, whose drivers are not found in it',
    { imageKernel: '6.1', undriven: [virtio], modules: ['virtio_blk'], neverCame: [] },
    [],
    [
      /^The kernel was 6\.12, and the modules in the image are of 6\.1: /,
      /^The driver virtio_blk of the device virtio virtio0 \(virtio:d2\) is in the image, but modprobe did not find it/,
    ],
  ],
  [
    'a disk by a label with a blank, as udev writes it',
    {
      disks: [disk('sda1', 'ext4', { label: 'My ä' })],
      neverCame: ['/dev/disk/by-label/My\\x20\\xc3\\xa4'],
    },
    [],
    [],
  ],
  [
    'a layer whose profile the image had, and not its module',
    { disks: [disk('sda1', 'crypto_LUKS')], profiles: ['cryptsetup'] },
    [/^module dm_crypt, for crypto_LUKS on sda1$/],
    [/^None/],
  ],
  [
    'a file system that could not be mounted',
    { disks: [disk('sda1', 'f2fs', { uuid: '1' })], failed: [mount], neverCame: [] },
    [/^module f2fs, for f2fs on sda1$/],
    [],
  ],
  [
    'a file system with a profile of its own',
    {
      disks: [disk('sda1', 'xfs', { label: 'a' })],
      commandLine: 'ro root=LABEL=a',
      failed: [mount],
      neverCame: [],
    },
    [/^profile xfs, for xfs on sda1$/],
    [],
  ],
  [
    'no file system that nobody asks for, and none of the kernel itself',
    {
      disks: [disk('sda1', 'ntfs'), disk('sda2', 'ext4', { uuid: '1' })],
      failed: [mount],
      neverCame: [],
    },
    [],
    [],
  ],
  [
    'a program that could not be started',
    {
      failed: [{ unit: 'a.service', result: 'exit-code', status: 203, program: '/usr/bin/x' }],
      disks: [disk('a', null)],
      neverCame: [],
    },
    [/^program \/usr\/bin\/x, which a\.service could not start$/],
    [],
  ],
  [
    'nothing of profiles and modules where the image told neither',
    { disks: [disk('sda1', 'crypto_LUKS', { uuid: '1' })], profiles: null, modules: null },
    [],
    [],
  ],
];

for (const [name, changes, leftOut, observed] of rows) {
  test(`doctor finds ${name}`, () => {
    const found = record(changes);
    const match = (texts: readonly string[], patterns: readonly RegExp[]): void => {
      assert.equal(texts.length, patterns.length, JSON.stringify(texts));
      for (const [index, pattern] of patterns.entries()) assert.match(texts[index] ?? '', pattern);
    };
    match(findLeftOut(found, known).map(describeLeftOut), leftOut);
    match(observe(found, known).map(describeObservation), observed);
  });
}
