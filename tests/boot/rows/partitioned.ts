// Partitions of one disk.
import type { Scenario } from '../../helpers/scenario.ts';
import { byUuid, made, other, partitions, uuid, volume } from './steps.ts';

export const partitioned: readonly Scenario[] = [
  {
    name: 'ext4 by PARTUUID, PARTLABEL, LABEL and path',
    image: 'host',
    work: {
      packages: ['fdisk'],
      disks: [128],
      make: [
        ...partitions(`name="the root", uuid=${other}`),
        'mkfs.ext4 -q -L "a label" /dev/vda1',
        'mount /dev/vda1 $root',
      ],
      close: [],
    },
    commandLine: 'rw',
    profiles: [],
    boots: [
      `root=PARTUUID=${other}`,
      'root="PARTLABEL=the root"',
      'root="LABEL=a label"',
      'root=/dev/vda1',
    ].map((words) => ({ words })),
    seen: [/^ROOT-MOUNT \/dev\/vda1 ext4$/m],
  },
  {
    name: '/usr apart',
    image: 'host',
    work: {
      packages: ['fdisk'],
      disks: [160],
      make: [
        ...partitions('size=64M', 'size=+'),
        ...made('ext4', '/dev/vda1'),
        `mkfs.ext4 -q -U ${other} /dev/vda2`,
        'mkdir $root/usr',
        'mount /dev/vda2 $root/usr',
      ],
      close: [],
      files: {
        'etc/fstab': `UUID=${uuid} / ext4 defaults 0 1\nUUID=${other} /usr ext4 ro 0 2\n`,
      },
    },
    commandLine: byUuid,
    profiles: [],
    seen: [/^ROOT-MOUNT \/dev\/vda1 ext4$/m, /^MOUNTED \/usr \/dev\/vda2 ext4/m],
  },
  {
    name: '/var on LVM, with x-initrd.mount',
    image: 'host',
    work: {
      packages: ['fdisk', 'lvm2'],
      disks: [192],
      make: [
        ...partitions('size=64M', 'size=+'),
        ...volume('/dev/vda2', { name: 'var' }),
        ...made('ext4', '/dev/vda1'),
        'mkfs.ext4 -q /dev/group/var',
        'mkdir $root/var',
        'mount /dev/group/var $root/var',
      ],
      close: ['lvm vgchange -an group'],
      files: { 'etc/fstab': '/dev/group/var /var ext4 x-initrd.mount 0 2\n' },
    },
    commandLine: byUuid,
    profiles: ['lvm'],
    seen: [/^MOUNTED \/var \/dev\/mapper\/group-var ext4/m],
  },
];
