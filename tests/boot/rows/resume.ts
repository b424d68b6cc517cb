// Machines that were hibernated, and go on where they were.
import type { Scenario } from '../../helpers/scenario.ts';
import { asked, byUuid, encrypted, made, other, partitions, uuid } from './steps.ts';

const isResumed = /^RESUMED$/m;

/** Hibernates in the first boot, and goes on in the second. */
function twice(swap: string): Pick<Scenario, 'boots' | 'seen' | 'guest'> {
  return {
    guest: { memory: 512 },
    boots: [{ words: `test.hibernate=${swap}`, until: 'power off' }, { until: isResumed }],
    seen: [isResumed],
  };
}

export const resume: readonly Scenario[] = [
  {
    name: 'resume from a swap partition',
    image: 'host',
    work: {
      packages: ['fdisk'],
      disks: [768],
      make: [
        ...partitions('size=64M', 'size=+'),
        ...made('ext4', '/dev/vda1'),
        `mkswap -U ${other} /dev/vda2`,
      ],
      close: [],
    },
    commandLine: `${byUuid} resume=UUID=${other}`,
    profiles: [],
    ...twice('/dev/vda2'),
  },
  {
    name: 'resume from a swap file',
    image: 'host',
    work: {
      packages: [],
      disks: [800],
      make: made('ext4', '/dev/vda'),
      finish: [
        'dd if=/dev/zero of=$root/swapfile bs=1M count=640',
        'chmod 600 $root/swapfile',
        'mkswap $root/swapfile',
        "filefrag -v $root/swapfile | sed -n 's/^ *0:[^:]*: *\\([0-9]*\\)\\.\\..*/\\1/p' >/run/word",
      ],
      close: [],
    },
    commandLine: `${byUuid} resume=UUID=${uuid} resume_offset=@word@`,
    profiles: [],
    ...twice('/swapfile'),
  },
  {
    name: 'resume from swap on LUKS, with one passphrase for / and swap',
    image: 'host',
    work: {
      packages: ['fdisk', 'cryptsetup-bin'],
      disks: [832],
      make: [
        ...partitions('size=96M', 'size=+'),
        ...encrypted('/dev/vda1', 'opened'),
        ...encrypted('/dev/vda2', 'swap', { id: other }),
        ...made('ext4', '/dev/mapper/opened'),
        'mkswap /dev/mapper/swap',
      ],
      close: ['cryptsetup close opened', 'cryptsetup close swap'],
      files: {
        'etc/crypttab': [
          `opened UUID=7d7f0c0a-38f1-4c58-8d0e-2f1a5f6a9c11 none luks,x-initrd.attach`,
          `swap UUID=${other} none luks`,
          '',
        ].join('\n'),
      },
    },
    commandLine: `${byUuid} resume=/dev/mapper/swap`,
    profiles: ['cryptsetup', 'dm'],
    ...twice('/dev/mapper/swap'),
    guest: { memory: 512, dialogue: asked },
  },
  {
    name: 'resume names a device that is gone',
    image: 'generic',
    work: { packages: [], disks: [96], make: made('ext4', '/dev/vda'), close: [] },
    commandLine: `${byUuid} resume=UUID=${other}`,
    isHurried: true,
    fails: [
      new RegExp(`Timed out waiting for device .*${other.slice(-12)}`),
      /Dependency failed for .*Resume from hibernation/,
    ],
    seen: [/^ROOT-MOUNT \/dev\/vda ext4$/m],
  },
];
