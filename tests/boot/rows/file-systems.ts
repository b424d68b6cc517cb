// File systems other than ext4, on a disk of their own.
import type { Scenario } from '../../helpers/scenario.ts';
import { byUuid, made, uuid } from './steps.ts';

export const fileSystems: readonly Scenario[] = [
  {
    name: 'xfs',
    image: 'host',
    work: { packages: ['xfsprogs'], disks: [320], make: made('xfs', '/dev/vda'), close: [] },
    commandLine: byUuid,
    profiles: ['xfs'],
    seen: [/^ROOT-MOUNT \/dev\/vda xfs$/m],
  },
  {
    name: 'f2fs',
    image: 'host',
    work: { packages: ['f2fs-tools'], disks: [128], make: made('f2fs', '/dev/vda'), close: [] },
    commandLine: byUuid,
    profiles: [],
    seen: [/^ROOT-MOUNT \/dev\/vda f2fs$/m],
  },
  {
    name: 'squashfs under an overlay in memory',
    image: 'host',
    work: {
      packages: ['squashfs-tools'],
      disks: [96],
      make: [
        'modprobe squashfs',
        'mksquashfs $plain /run/image -quiet -no-progress',
        'dd if=/run/image of=/dev/vda bs=1M conv=fsync',
        'mount /dev/vda $root',
      ],
      close: [],
    },
    commandLine: 'root=/dev/vda systemd.volatile=overlay',
    profiles: [],
    seen: [/^ROOT-MOUNT overlay overlay$/m],
  },
  {
    name: 'erofs under an overlay in memory',
    image: 'host',
    work: {
      packages: ['erofs-utils'],
      disks: [96],
      make: [
        'modprobe erofs',
        `mkfs.erofs --quiet -zlz4 -U ${uuid} /dev/vda $plain`,
        'mount /dev/vda $root',
      ],
      close: [],
    },
    commandLine: `root=UUID=${uuid} systemd.volatile=overlay`,
    profiles: [],
    seen: [/^ROOT-MOUNT overlay overlay$/m],
  },
  {
    name: 'btrfs RAID 1, a subvolume as root',
    image: 'host',
    work: {
      packages: [],
      disks: [320, 320],
      make: [
        'modprobe btrfs',
        `mkfs.btrfs -q -d raid1 -m raid1 -U ${uuid} /dev/vda /dev/vdb`,
        'mkdir /run/top',
        'mount /dev/vda /run/top',
        'btrfs -q subvolume create /run/top/system',
        'umount /run/top',
        'mount -o subvol=system /dev/vda $root',
      ],
      close: [],
    },
    commandLine: `${byUuid} rootflags=subvol=system`,
    profiles: ['btrfs'],
    seen: [/^ROOT-MOUNT \/dev\/vd[ab] btrfs$/m, /^MOUNTED \/ \S+ btrfs \S*subvol=\/system/m],
  },
  {
    name: 'btrfs RAID 1 with a disk gone',
    image: 'host',
    work: {
      packages: [],
      disks: [320, 320],
      make: [
        'modprobe btrfs',
        `mkfs.btrfs -q -d raid1 -m raid1 -U ${uuid} /dev/vda /dev/vdb`,
        'mount /dev/vda $root',
      ],
      close: [],
    },
    commandLine: `${byUuid} rootflags=degraded`,
    profiles: ['btrfs'],
    disksThere: 1,
    seen: [/^ROOT-MOUNT \/dev\/vda btrfs$/m],
  },
];
