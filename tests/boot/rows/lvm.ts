// Logical volumes.
import type { Scenario } from '../../helpers/scenario.ts';
import type { Work } from '../../helpers/workshop.ts';
import { array, byUuid, made, onVolume, volume } from './steps.ts';

const mirrorOfTwo: Work = {
  packages: ['lvm2'],
  disks: [96, 96],
  make: [
    'modprobe raid1',
    'modprobe dm_raid',
    ...volume('/dev/vda /dev/vdb', { options: '--type raid1 --mirrors 1 --nosync --size 72M' }),
    ...made('ext4', '/dev/group/root'),
  ],
  close: ['lvm vgchange -an group'],
};

export const lvm: readonly Scenario[] = [
  {
    name: 'LVM on RAID 1',
    isQuick: true,
    image: 'generic',
    work: {
      packages: ['lvm2', 'mdadm'],
      disks: [96, 96],
      make: [...array('0'), ...volume('/dev/md/0'), ...made('ext4', '/dev/group/root')],
      close: ['lvm vgchange -an group', 'mdadm --stop /dev/md/0'],
    },
    commandLine: byUuid,
    seen: [onVolume],
  },
  {
    // The volume group is never complete: what / lies on is activated all the same, after half a minute.
    name: 'LVM that misses another disk',
    isQuick: true,
    image: 'generic',
    work: {
      packages: ['lvm2'],
      disks: [96, 96],
      make: [
        'lvm pvcreate -q /dev/vda /dev/vdb',
        'lvm vgcreate -q group /dev/vda /dev/vdb',
        'lvm lvcreate -q --yes --size 72M --name root group /dev/vda',
        'lvm lvcreate -q --yes --size 72M --name other group /dev/vdb',
        'udevadm settle',
        ...made('ext4', '/dev/group/root'),
      ],
      close: ['lvm vgchange -an group'],
    },
    commandLine: byUuid,
    disksThere: 1,
    seen: [onVolume],
  },
  ...(['host', 'generic'] as const).map((image): Scenario => ({
    // thin_check is in a package of its own, without which no thin pool is activated.
    name: `LVM, a thin volume, ${image === 'host' ? "the host's own" : 'a generic'} image`,
    image,
    work: {
      packages: ['lvm2', 'thin-provisioning-tools'],
      disks: [192],
      make: [
        'modprobe dm_thin_pool',
        'lvm pvcreate -q /dev/vda',
        'lvm vgcreate -q group /dev/vda',
        'lvm lvcreate -q --yes --size 128M --thin group/pool',
        'lvm lvcreate -q --yes --virtualsize 96M --thin group/pool --name root',
        'udevadm settle',
        ...made('ext4', '/dev/group/root'),
      ],
      close: ['lvm vgchange -an group'],
    },
    commandLine: 'root=/dev/mapper/group-root rw',
    ...(image === 'host' ? { profiles: ['lvm', 'lvm-thin'] } : {}),
    seen: [onVolume],
  })),
  {
    name: 'LVM, a cached volume',
    image: 'host',
    work: {
      packages: ['lvm2', 'thin-provisioning-tools'],
      disks: [128, 64],
      make: [
        'modprobe dm_cache_smq',
        'lvm pvcreate -q /dev/vda /dev/vdb',
        'lvm vgcreate -q group /dev/vda /dev/vdb',
        'lvm lvcreate -q --yes --size 72M --name root group /dev/vda',
        'lvm lvcreate -q --yes --size 32M --name fast group /dev/vdb',
        'lvm lvconvert -q --yes --type cache --cachevol fast group/root',
        'udevadm settle',
        ...made('ext4', '/dev/group/root'),
      ],
      close: ['lvm vgchange -an group'],
    },
    commandLine: byUuid,
    profiles: ['lvm', 'lvm-thin'],
    seen: [onVolume],
  },
  {
    name: 'LVM, a mirror of two disks',
    image: 'host',
    work: mirrorOfTwo,
    commandLine: byUuid,
    profiles: ['lvm'],
    seen: [onVolume],
  },
  {
    name: 'LVM, a mirror with a disk gone',
    image: 'host',
    work: mirrorOfTwo,
    commandLine: byUuid,
    profiles: ['lvm'],
    disksThere: 1,
    seen: [onVolume],
  },
];
