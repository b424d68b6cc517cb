// Encrypted devices above and below other layers.
import type { Scenario } from '../../helpers/scenario.ts';
import {
  array,
  asked,
  byUuid,
  encrypted,
  luks,
  made,
  onLuks,
  onVolume,
  secondLuks,
  volume,
} from './steps.ts';

export const luksStacks: readonly Scenario[] = [
  {
    name: 'LVM on LUKS, by crypttab as Debian writes it',
    image: 'host',
    work: {
      packages: ['cryptsetup-bin', 'lvm2'],
      disks: [128],
      make: [
        ...encrypted('/dev/vda', 'opened'),
        ...volume('/dev/mapper/opened'),
        ...made('ext4', '/dev/group/root'),
      ],
      close: ['lvm vgchange -an group', 'cryptsetup close opened'],
      files: { 'etc/crypttab': `opened UUID=${luks} none luks,discard\n` },
    },
    commandLine: 'root=/dev/mapper/group-root rw',
    profiles: ['cryptsetup', 'dm', 'lvm'],
    guest: { dialogue: asked },
    seen: [onVolume],
  },
  {
    name: 'LUKS on LVM, by crypttab as Debian writes it',
    image: 'host',
    work: {
      packages: ['cryptsetup-bin', 'lvm2'],
      disks: [128],
      make: [
        ...volume('/dev/vda', { name: 'closed', options: '--size 112M' }),
        ...encrypted('/dev/group/closed', 'opened'),
        ...made('ext4', '/dev/mapper/opened'),
      ],
      close: ['cryptsetup close opened', 'lvm vgchange -an group'],
      files: { 'etc/crypttab': `opened UUID=${luks} none luks,discard\n` },
    },
    commandLine: 'root=/dev/mapper/opened rw',
    profiles: ['cryptsetup', 'dm', 'lvm'],
    guest: { dialogue: asked },
    seen: [onLuks],
  },
  {
    name: 'LUKS on RAID 1, by its UUID alone',
    image: 'host',
    work: {
      packages: ['cryptsetup-bin', 'mdadm'],
      disks: [96, 96],
      make: [
        ...array('system'),
        ...encrypted('/dev/md/system', `luks-${luks}`),
        ...made('ext4', `/dev/mapper/luks-${luks}`),
      ],
      close: [`cryptsetup close luks-${luks}`, 'mdadm --stop /dev/md/system'],
    },
    commandLine: `rd.luks.uuid=${luks} ${byUuid}`,
    profiles: ['cryptsetup', 'dm', 'raid'],
    guest: { dialogue: asked },
    seen: [new RegExp(`^ROOT-MOUNT /dev/mapper/luks-${luks} ext4$`, 'm')],
  },
  {
    name: 'LVM on LUKS on RAID 1 with a disk gone',
    image: 'host',
    work: {
      packages: ['cryptsetup-bin', 'lvm2', 'mdadm'],
      disks: [128, 128],
      make: [
        ...array('0'),
        ...encrypted('/dev/md/0', 'opened'),
        ...volume('/dev/mapper/opened'),
        ...made('ext4', '/dev/group/root'),
      ],
      close: ['lvm vgchange -an group', 'cryptsetup close opened', 'mdadm --stop /dev/md/0'],
      files: { 'etc/crypttab': `opened UUID=${luks} none luks\n` },
    },
    commandLine: 'root=/dev/mapper/group-root rw',
    profiles: ['cryptsetup', 'dm', 'lvm', 'raid'],
    guest: { dialogue: asked },
    disksThere: 1,
    seen: [onVolume],
  },
  {
    name: 'two LUKS disks under LVM, with one passphrase',
    image: 'host',
    work: {
      packages: ['cryptsetup-bin', 'lvm2'],
      disks: [96, 96],
      make: [
        ...encrypted('/dev/vda', 'one'),
        ...encrypted('/dev/vdb', 'two', { id: secondLuks }),
        ...volume('/dev/mapper/one /dev/mapper/two', { options: '--size 96M --stripes 2' }),
        ...made('ext4', '/dev/group/root'),
      ],
      close: ['lvm vgchange -an group', 'cryptsetup close one', 'cryptsetup close two'],
      files: {
        'etc/crypttab': `one UUID=${luks} none luks\ntwo UUID=${secondLuks} none luks\n`,
      },
    },
    commandLine: byUuid,
    profiles: ['cryptsetup', 'dm', 'lvm'],
    guest: { dialogue: asked },
    seen: [onVolume],
  },
  {
    // systemd would give the inner one 90 s from the start.
    name: 'LUKS in LUKS whose passphrase comes after 100 s',
    image: 'host',
    work: {
      packages: ['cryptsetup-bin'],
      disks: [128],
      make: [
        ...encrypted('/dev/vda', 'outer', { id: secondLuks }),
        ...encrypted('/dev/mapper/outer', 'opened'),
        ...made('ext4', '/dev/mapper/opened'),
      ],
      close: ['cryptsetup close opened', 'cryptsetup close outer'],
      files: {
        'etc/crypttab': `outer UUID=${secondLuks} none luks\nopened UUID=${luks} none luks\n`,
      },
    },
    commandLine: byUuid,
    profiles: ['cryptsetup', 'dm'],
    isHurried: true,
    guest: { dialogue: asked.map((each) => ({ ...each, after: 100_000 })) },
    seen: [onLuks],
  },
];
