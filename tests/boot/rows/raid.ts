// Arrays of md.
import type { Scenario } from '../../helpers/scenario.ts';
import { array, byUuid, made } from './steps.ts';

export const raid: readonly Scenario[] = [
  {
    // An image for any machine knows the array's host as little as the disk that is gone.
    name: 'RAID 1 by name, with a disk gone',
    isQuick: true,
    image: 'generic',
    work: {
      packages: ['mdadm'],
      disks: [96, 96],
      make: [...array('system'), ...made('ext4', '/dev/md/system')],
      close: ['mdadm --stop /dev/md/system'],
    },
    commandLine: 'root=/dev/md/system rw test.show=/sys/block/md127/md/degraded',
    disksThere: 1,
    seen: [/^SHOW .*degraded: 1$/m],
  },
  {
    name: 'RAID 1 named by mdadm.conf',
    image: 'host',
    work: {
      packages: ['mdadm'],
      disks: [96, 96],
      make: [...array('system'), ...made('ext4', '/dev/md/system')],
      finish: [
        'mkdir -p $root/etc/mdadm',
        'id=$(mdadm --detail --export /dev/md/system | sed -n s/^MD_UUID=//p)',
        'echo "ARRAY /dev/md/renamed UUID=$id" >$root/etc/mdadm/mdadm.conf',
      ],
      close: ['mdadm --stop /dev/md/system'],
      files: { 'etc/hostname': 'another\n' },
    },
    commandLine: 'root=/dev/md/renamed rw',
    profiles: ['raid'],
    seen: [/^ROOT-MOUNT \/dev\/md\d+ ext4$/m],
  },
  {
    name: 'RAID 5 with a disk gone, as Debian sets it up',
    image: 'host',
    work: {
      packages: ['mdadm'],
      disks: [64, 64, 64],
      make: [
        ...array('0', { level: 5, disks: '/dev/vda /dev/vdb /dev/vdc' }),
        ...made('ext4', '/dev/md/0'),
      ],
      finish: [
        'mkdir -p $root/etc/mdadm',
        '{ echo "HOMEHOST <system>"; mdadm --detail --scan; } >$root/etc/mdadm/mdadm.conf',
      ],
      close: ['mdadm --stop /dev/md/0'],
      files: { 'etc/hostname': 'server\n' },
    },
    commandLine: 'root=/dev/md0 rw test.show=/sys/block/md0/md/degraded',
    profiles: ['raid'],
    disksThere: 2,
    seen: [/^ROOT-MOUNT \/dev\/md0 ext4$/m, /^SHOW .*degraded: 1$/m],
  },
  {
    name: 'RAID 10 with a disk gone',
    image: 'host',
    work: {
      packages: ['mdadm'],
      disks: [64, 64, 64, 64],
      make: [
        ...array('system', { level: 10, disks: '/dev/vda /dev/vdb /dev/vdc /dev/vdd' }),
        ...made('ext4', '/dev/md/system'),
      ],
      close: ['mdadm --stop /dev/md/system'],
    },
    commandLine: `${byUuid} test.show=/sys/block/md127/md/degraded`,
    profiles: ['raid'],
    disksThere: 3,
    seen: [/^ROOT-MOUNT \/dev\/md127 ext4$/m, /^SHOW .*degraded: 1$/m],
  },
  {
    name: 'RAID 0',
    image: 'host',
    work: {
      packages: ['mdadm'],
      disks: [64, 64],
      make: [...array('system', { level: 0 }), ...made('ext4', '/dev/md/system')],
      close: ['mdadm --stop /dev/md/system'],
    },
    commandLine: byUuid,
    profiles: ['raid'],
    seen: [/^ROOT-MOUNT \/dev\/md127 ext4$/m],
  },
  {
    // Without Intel's firmware mdadm takes such disks for its own tests only. Its monitor of the array runs in the initrd.
    name: "RAID 1 of Intel's firmware (IMSM)",
    image: 'host',
    work: {
      packages: ['mdadm'],
      disks: [96, 96],
      make: [
        'modprobe raid1',
        'export IMSM_NO_PLATFORM=1 IMSM_DEVNAME_AS_SERIAL=1',
        'mdadm --create /dev/md/imsm --run --metadata=imsm --raid-devices=2 /dev/vda /dev/vdb',
        'mdadm --create /dev/md/system --run --assume-clean --level=1 --raid-devices=2 /dev/md/imsm',
        'udevadm settle',
        ...made('ext4', '/dev/md/system'),
      ],
      close: ['mdadm --stop /dev/md/system', 'mdadm --stop /dev/md/imsm'],
    },
    hostFiles: {
      'etc/udev/rules.d/00-imsm.rules':
        'SUBSYSTEM=="block", ENV{IMSM_NO_PLATFORM}="1", ENV{IMSM_DEVNAME_AS_SERIAL}="1"\n',
    },
    commandLine: `${byUuid} mdadm.imsm.test=1 systemd.setenv=IMSM_DEVNAME_AS_SERIAL=1 test.show=/sys/block/md126/md/metadata_version`,
    profiles: ['raid'],
    seen: [/^ROOT-MOUNT \/dev\/md126 ext4$/m, /^SHOW .*metadata_version: external:\/md127\/0$/m],
  },
];
