// Roots that lie elsewhere: on the hypervisor, or behind a network.
import type { Scenario } from '../../helpers/scenario.ts';
import { shareName, targetName } from '../../helpers/servers.ts';
import { online } from './steps.ts';

const uuid = '2b5cbd0e-6d7c-4a4e-9a58-3f0d8f0c6b44';

// A card whose cable leads to nobody.
const unheard = [
  '-netdev',
  'hubport,id=unheard,hubid=1',
  '-device',
  'virtio-net-pci,netdev=unheard',
];

const nfs = {
  packages: [],
  served: 'nfs',
  disks: [],
  make: [...online, `mount -t nfs4 -o port=$port 10.0.2.2:/${shareName} $root`],
  close: [],
} as const satisfies Scenario['work'];

const nfsRows: readonly Scenario[] = [
  {
    name: 'NFS 4 by nfsroot=, a fixed address and name by ip=',
    image: 'host',
    work: nfs,
    commandLine: `root=/dev/nfs nfsroot=10.0.2.2:/${shareName},port=@port@,vers=4 rw ip=10.0.2.15::10.0.2.2:255.255.255.0:client-7::none test.show=/proc/sys/kernel/hostname`,
    profiles: ['netroot', 'network', 'nfs'],
    seen: [/^ROOT-MOUNT 10\.0\.2\.2:\/rootfs nfs4$/m, /^SHOW .*hostname: client-7$/m],
  },
  {
    name: 'NFS 4 by root=nfs4:, DHCP, a second card that gets no address, the server 20 s late',
    image: 'host',
    work: nfs,
    commandLine: `root=nfs4:10.0.2.2:/${shareName}:port=@port@ rw ip=dhcp`,
    serverAfter: 20_000,
    guest: { more: unheard },
    profiles: ['netroot', 'network', 'nfs'],
    seen: [/^ROOT-MOUNT 10\.0\.2\.2:\/rootfs nfs4$/m],
  },
];

// The port of mountd is the next one.
const version3: Scenario = {
  name: 'NFS 3 by nfsroot=, the server by ip=',
  image: 'host',
  work: nfs,
  commandLine: `root=/dev/nfs nfsroot=/${shareName},port=@port@,mountport=@port+1@,mountproto=tcp,vers=3,tcp rw ip=10.0.2.15:10.0.2.2:10.0.2.2:255.255.255.0:::none`,
  profiles: ['netroot', 'network', 'nfs'],
  seen: [/^ROOT-MOUNT 10\.0\.2\.2:\/rootfs nfs$/m],
};

const asGuest = 'guest,file_mode=0755,dir_mode=0755';

const smb: Scenario = {
  name: 'SMB by root=cifs:',
  image: 'host',
  work: {
    packages: [],
    served: 'cifs',
    disks: [],
    make: [...online, `mount -t cifs -o port=$port,${asGuest} //10.0.2.2/${shareName} $root`],
    close: [],
  },
  commandLine: `root=cifs://10.0.2.2/${shareName} rootflags=port=@port@,${asGuest} rw ip=dhcp`,
  profiles: ['cifs', 'netroot', 'network'],
  seen: [/^ROOT-MOUNT \/\/10\.0\.2\.2\/rootfs cifs$/m],
};

const shares: readonly Scenario[] = [
  {
    name: '9p',
    isQuick: true,
    image: 'host',
    work: {
      packages: [],
      served: '9p',
      disks: [],
      make: [`mount -t 9p -o trans=virtio ${shareName} $root`],
      close: [],
    },
    commandLine: `root=9p:${shareName} rw`,
    profiles: ['9p', 'netroot'],
    boots: [{ words: '' }, { words: `root=${shareName} rootfstype=9p rootflags=trans=virtio` }],
    seen: [/^ROOT-MOUNT rootfs 9p$/m],
  },
  {
    name: 'virtiofs',
    image: 'host',
    work: {
      packages: [],
      served: 'virtiofs',
      disks: [],
      make: [`mount -t virtiofs ${shareName} $root`],
      close: [],
    },
    commandLine: `root=virtiofs:${shareName} rw`,
    profiles: ['netroot', 'virtiofs'],
    boots: [{ words: '' }, { words: `root=${shareName} rootfstype=virtiofs` }],
    seen: [/^ROOT-MOUNT rootfs virtiofs$/m],
  },
];

const nbd = {
  packages: [],
  served: 'nbd',
  disks: [96],
  make: [
    ...online,
    // As long as udev looks at it, it is in use.
    'modprobe nbd',
    'udevadm settle',
    `nbd-client -N ${shareName} 10.0.2.2 $port /dev/nbd0`,
    `mkfs.ext4 -q -U ${uuid} /dev/nbd0`,
    'mount /dev/nbd0 $root',
  ],
  close: ['nbd-client -d /dev/nbd0'],
} as const satisfies Scenario['work'];

const iscsi = {
  packages: [],
  served: 'iscsi',
  disks: [96],
  make: [
    ...online,
    'modprobe iscsi_tcp',
    `iscsistart -i iqn.2026-01.test:maker -t ${targetName} -g 1 -a 10.0.2.2 -p $port`,
    'until [ -b /dev/sda ]; do sleep 1; done; udevadm settle',
    `mkfs.ext4 -q -U ${uuid} /dev/sda`,
    'mount /dev/sda $root',
  ],
  close: [],
} as const satisfies Scenario['work'];

const disks: readonly Scenario[] = [
  {
    name: 'NBD by root=nbd: and by nbdroot=',
    image: 'host',
    work: nbd,
    commandLine: 'rw ip=dhcp',
    profiles: ['nbd', 'netroot', 'network'],
    boots: [
      { words: `root=nbd:10.0.2.2:@port@/${shareName}:ext4` },
      { words: `root=/dev/nbd0 nbdroot=10.0.2.2:@port@/${shareName}` },
    ],
    seen: [/^ROOT-MOUNT \/dev\/nbd0 ext4$/m],
  },
  {
    name: 'iSCSI by netroot=, the server 20 s late',
    image: 'host',
    work: iscsi,
    commandLine: `netroot=iscsi:10.0.2.2::@port@:1:${targetName} rd.iscsi.initiator=iqn.2026-01.test:client root=UUID=${uuid} rw ip=dhcp`,
    serverAfter: 20_000,
    profiles: ['iscsi', 'netroot', 'network'],
    seen: [/^ROOT-MOUNT \/dev\/sda ext4$/m],
  },
  {
    name: 'iSCSI by root=iscsi: and by iscsi_target_name=',
    image: 'host',
    work: iscsi,
    commandLine: 'rw ip=dhcp',
    profiles: ['iscsi', 'netroot', 'network'],
    boots: [
      { words: `root=iscsi:10.0.2.2::@port@:1:${targetName}` },
      {
        words: `root=UUID=${uuid} iscsi_initiator=iqn.2026-01.test:client iscsi_target_name=${targetName} iscsi_target_ip=10.0.2.2 iscsi_target_port=@port@`,
      },
    ],
    seen: [/^ROOT-MOUNT \/dev\/sda ext4$/m],
  },
];

const firmware: readonly Scenario[] = [
  {
    // The card has no address but that of the table.
    name: "iSCSI by the firmware's table (iBFT)",
    image: 'host',
    work: iscsi,
    commandLine: `rd.iscsi.firmware=1 ip=ibft root=UUID=${uuid} rw test.show=/sys/class/iscsi_session/session1/initiatorname`,
    profiles: ['iscsi', 'netroot', 'network'],
    seen: [/^ROOT-MOUNT \/dev\/sda ext4$/m, /^SHOW .*initiatorname: iqn\.2026-01\.test:firmware$/m],
  },
  {
    name: 'iSCSI with an image for any machine',
    image: 'generic',
    options: ['--profile', 'iscsi'],
    work: iscsi,
    commandLine: `netroot=iscsi:10.0.2.2::@port@:1:${targetName} root=UUID=${uuid} rw ip=dhcp`,
    seen: [/^ROOT-MOUNT \/dev\/sda ext4$/m],
  },
];

export const networkRows: readonly Scenario[] = [
  ...nfsRows,
  version3,
  smb,
  ...disks,
  ...firmware,
  ...shares,
];
