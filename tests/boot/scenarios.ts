// The roots that a workstation or server may have. tests/helpers/scenario.ts proves each row: its disks are made in a guest,
// the machine is captured there, an image built for it, and booted.
import type { Scenario } from '../helpers/scenario.ts';
import { worldWideName } from '../helpers/qemu.ts';
import { multipathRoot } from '../hosts/hosts.ts';

const uuid = '0f5cbd0e-6d7c-4a4e-9a58-3f0d8f0c6b42';
const other = '1a2b3c4d-6d7c-4a4e-9a58-3f0d8f0c6b43';
const luks = '7d7f0c0a-38f1-4c58-8d0e-2f1a5f6a9c11';
const byUuid = `root=UUID=${uuid} rw`;

/** An empty ext4 on a device, mounted to be filled. */
function made(device: string): readonly string[] {
  return [`mkfs.ext4 -q -U ${uuid} ${device}`, `mount ${device} $root`];
}

// Deriving a key as slowly as a real one takes minutes under emulation.
const fast = '--pbkdf pbkdf2 --pbkdf-force-iterations 1000';

function encrypted(device: string, name: string, more = ''): readonly string[] {
  return [
    'modprobe dm_crypt',
    "printf %s 'correct horse' >/run/key",
    `cryptsetup luksFormat -q --uuid ${luks} ${fast} --key-file /run/key ${more} ${device}`,
    `cryptsetup open --key-file /run/key ${more} ${device} ${name}`,
  ];
}

const asked = [{ prompt: /enter passphrase for disk/i, type: 'correct horse' }];

function mirrored(name: string): readonly string[] {
  return [
    'modprobe raid1',
    `mdadm --create /dev/md/${name} --run --level=1 --raid-devices=2 --assume-clean --homehost=server --name=${name} /dev/vda /dev/vdb`,
    'udevadm settle',
  ];
}

function volume(device: string): readonly string[] {
  return [
    `lvm pvcreate -q ${device}`,
    `lvm vgcreate -q group ${device}`,
    'lvm lvcreate -q --yes --size 72M --name root group',
    'udevadm settle',
  ];
}

const partitions = (...lines: readonly string[]): readonly string[] => [
  `printf 'label: gpt\\n${lines.join('\\n')}\\n' | sfdisk -q /dev/vda`,
  'udevadm settle',
];

const onLuks = /^ROOT-MOUNT \/dev\/mapper\/opened ext4$/m;
const onVolume = /^ROOT-MOUNT \/dev\/mapper\/group-root ext4$/m;

const plain: readonly Scenario[] = [
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
];

const raid: readonly Scenario[] = [
  {
    // An image for any machine knows the array's host as little as the disk that is gone.
    name: 'RAID 1 by name, with a disk gone',
    isQuick: true,
    image: 'generic',
    work: {
      packages: ['mdadm'],
      disks: [96, 96],
      make: [...mirrored('system'), ...made('/dev/md/system')],
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
      make: [...mirrored('system'), ...made('/dev/md/system')],
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
];

const lvm: readonly Scenario[] = [
  {
    name: 'LVM on RAID 1',
    isQuick: true,
    image: 'generic',
    work: {
      packages: ['lvm2', 'mdadm'],
      disks: [96, 96],
      make: [...mirrored('0'), ...volume('/dev/md/0'), ...made('/dev/group/root')],
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
        ...made('/dev/group/root'),
      ],
      close: ['lvm vgchange -an group'],
    },
    commandLine: byUuid,
    disksThere: 1,
    seen: [onVolume],
  },
  {
    // thin_check is in a package of its own, without which no thin pool is activated.
    name: 'LVM, a thin volume',
    image: 'generic',
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
        ...made('/dev/group/root'),
      ],
      close: ['lvm vgchange -an group'],
    },
    commandLine: 'root=/dev/mapper/group-root rw',
    seen: [onVolume],
  },
];

const luksRows: readonly Scenario[] = [
  {
    // systemd 257 has cryptsetup in a package of its own, which only the profile brings: chosen by the captured host.
    name: 'LUKS by the command line, with a passphrase',
    isQuick: true,
    image: 'host',
    work: {
      packages: ['cryptsetup-bin'],
      disks: [96],
      make: [...encrypted('/dev/vda', 'opened'), ...made('/dev/mapper/opened')],
      close: ['cryptsetup close opened'],
    },
    commandLine: `rd.luks.name=${luks}=opened ${byUuid}`,
    profiles: ['cryptsetup', 'dm'],
    guest: { dialogue: asked },
    seen: [onLuks],
  },
  {
    // systemd gives the device of a file system 90 s, and none of them while a question is open.
    name: 'LUKS whose passphrase comes after 100 s',
    image: 'host',
    work: {
      packages: ['cryptsetup-bin'],
      disks: [96],
      make: [...encrypted('/dev/vda', 'opened'), ...made('/dev/mapper/opened')],
      close: ['cryptsetup close opened'],
    },
    commandLine: `rd.luks.name=${luks}=opened ${byUuid}`,
    isHurried: true,
    guest: {
      dialogue: asked.map((each) => ({ ...each, after: 100_000 })),
    },
    seen: [onLuks],
  },
  {
    // As Debian's installer and administrators write it: no x-initrd.attach, Debian's own words, a header in a file of the host.
    // The passphrase is typed on a German keyboard, whose keymap console-setup has made. No list has nbd, and nothing else in
    // the boot loads it.
    name: 'LUKS by crypttab: header in a file, German keyboard, modprobe.d',
    isQuick: true,
    image: 'host',
    work: {
      packages: ['cryptsetup-bin'],
      disks: [96],
      make: [
        'truncate -s 16M /run/header',
        ...encrypted('/dev/vda', 'root', '--header /run/header'),
        ...made('/dev/mapper/root'),
      ],
      finish: [
        "printf 'keycode 21 = +z +Z\\nkeycode 44 = +y +Y\\n' | gzip >/run/etc/cached_UTF-8_del.kmap.gz",
        'mkdir -p /run/etc/luks /run/etc/console-setup',
        'mv /run/etc/*.kmap.gz /run/etc/console-setup',
        'cp /run/header /run/etc/luks/root.header',
        "printf %s 'crazy horse' >/run/new",
        `cryptsetup luksChangeKey -q ${fast} --header /run/header --key-file /run/key /dev/vda /run/new`,
        'cp /run/header /run/etc/luks/root.header',
      ],
      close: ['cryptsetup close root'],
      files: {
        'etc/crypttab':
          'root /dev/vda none luks,header=/etc/luks/root.header,keyscript=decrypt_keyctl,loud,tries=0\n',
        'etc/default/keyboard': 'XKBLAYOUT="de"\nXKBVARIANT=""\n',
        'etc/modprobe.d/test.conf': 'softdep dm_crypt post: nbd\noptions nbd nbds_max=3\n',
      },
    },
    commandLine:
      'root=/dev/mapper/root rw console=tty0 console=ttyS0 test.show=/sys/module/nbd/parameters/nbds_max',
    profiles: ['cryptsetup', 'dm', 'keymap'],
    guest: { keyboard: typed('crayz horse') },
    seen: [/^ROOT-MOUNT \/dev\/mapper\/root ext4$/m, /^SHOW .*nbds_max: 3$/m],
  },
  {
    name: 'LUKS with a passphrase typed on a Dvorak keyboard',
    image: 'host',
    work: {
      packages: ['cryptsetup-bin'],
      disks: [96],
      make: [...encrypted('/dev/vda', 'opened'), ...made('/dev/mapper/opened')],
      finish: [
        'printf %s canary >/run/new',
        `cryptsetup luksChangeKey -q ${fast} --key-file /run/key /dev/vda /run/new`,
      ],
      close: ['cryptsetup close opened'],
      files: { 'etc/vconsole.conf': 'KEYMAP=dvorak\n' },
    },
    hostFiles: {
      'usr/share/keymaps/i386/dvorak/dvorak.map': 'include "letters"\n',
      // The keys of the letters that are typed.
      'usr/share/keymaps/i386/include/letters.inc':
        'keycode 20 = y\nkeycode 23 = c\nkeycode 24 = r\nkeycode 38 = n\n',
    },
    commandLine: `rd.luks.name=${luks}=opened rd.luks.options=tries=0 ${byUuid} console=tty0 console=ttyS0`,
    profiles: ['cryptsetup', 'dm', 'keymap'],
    guest: { keyboard: typed('ialaot') },
    seen: [onLuks],
  },
  {
    name: 'LVM on LUKS, by crypttab as Debian writes it',
    image: 'host',
    work: {
      packages: ['cryptsetup-bin', 'lvm2'],
      disks: [128],
      make: [
        ...encrypted('/dev/vda', 'opened'),
        ...volume('/dev/mapper/opened'),
        ...made('/dev/group/root'),
      ],
      close: ['lvm vgchange -an group', 'cryptsetup close opened'],
      files: { 'etc/crypttab': `opened UUID=${luks} none luks,discard\n` },
    },
    commandLine: 'root=/dev/mapper/group-root rw',
    profiles: ['cryptsetup', 'dm', 'lvm'],
    guest: { dialogue: asked },
    seen: [onVolume],
  },
];

function typed(line: string): NonNullable<NonNullable<Scenario['guest']>['keyboard']> {
  return { device: 'PS/2', prompt: /enter passphrase for disk/i, line, every: 20_000 };
}

const verity = (options: string): readonly string[] => [
  // The blocks of dm-verity may not be larger than the file system's.
  `mkfs.ext4 -q -b 4096 -U ${uuid} /dev/vda`,
  'mount /dev/vda $root',
  'cp -a $plain/. $root/',
  'umount $root',
  'modprobe dm_verity',
  "veritysetup format /dev/vda /dev/vdb | sed -n 's/^Root hash:[[:blank:]]*//p' >/run/word",
  `veritysetup open /dev/vda ${options} /dev/vdb $(cat /run/word)`,
];

const checked: readonly Scenario[] = [
  {
    name: 'dm-integrity by integritytab',
    image: 'host',
    work: {
      packages: ['cryptsetup-bin'],
      disks: [128],
      make: [
        'modprobe dm_integrity',
        'integritysetup format -q --integrity crc32c /dev/vda',
        'integritysetup open --integrity crc32c /dev/vda checked',
        ...made('/dev/mapper/checked'),
      ],
      close: ['integritysetup close checked'],
      files: { 'etc/integritytab': 'checked /dev/vda - integrity-algorithm=crc32c\n' },
    },
    commandLine: 'root=/dev/mapper/checked rw',
    profiles: ['cryptsetup', 'dm'],
    seen: [/^ROOT-MOUNT \/dev\/mapper\/checked ext4$/m],
  },
  {
    name: 'dm-verity by veritytab',
    image: 'host',
    work: {
      packages: ['cryptsetup-bin'],
      disks: [96, 32],
      make: [...verity('checked'), 'mount -o ro /dev/mapper/checked $root'],
      finish: ['echo "checked /dev/vda /dev/vdb $(cat /run/word)" >/run/etc/veritytab'],
      close: ['veritysetup close checked'],
    },
    commandLine: 'root=/dev/mapper/checked ro',
    profiles: ['cryptsetup', 'dm'],
    seen: [/^MOUNTED \/ \/dev\/mapper\/checked ext4 ro/m],
  },
  {
    name: 'dm-verity by the command line',
    image: 'host',
    work: {
      packages: ['cryptsetup-bin'],
      disks: [96, 32],
      make: [...verity('root'), 'mount -o ro /dev/mapper/root $root'],
      close: ['veritysetup close root'],
    },
    commandLine:
      'roothash=@word@ systemd.verity_root_data=/dev/vda systemd.verity_root_hash=/dev/vdb ro',
    profiles: ['cryptsetup', 'dm'],
    seen: [/^MOUNTED \/ \/dev\/mapper\/root ext4 ro/m],
  },
];

const wwid = `3${worldWideName.slice(2)}`;

const paths: readonly Scenario[] = [
  {
    // Either path has the file system, too: only with multipathd and the host's list of disks is it mounted by both.
    name: 'multipath',
    isQuick: true,
    image: 'host',
    work: { packages: [], disks: [96], make: made('/dev/vda'), close: [] },
    machine: multipathRoot,
    hostFiles: { 'etc/multipath/wwids': `# Valid WWIDs:\n/${wwid}/\n` },
    commandLine: `${byUuid} test.show=/sys/block/dm-0/dm/uuid`,
    profiles: ['dm', 'multipath'],
    guest: { attach: 'two paths' },
    seen: [
      new RegExp(`^ROOT-MOUNT /dev/mapper/${wwid} ext4$`, 'm'),
      new RegExp(`^SHOW .*: mpath-${wwid}$`, 'm'),
    ],
  },
];

export const scenarios: readonly Scenario[] = [
  ...plain,
  ...raid,
  ...lvm,
  ...luksRows,
  ...checked,
  ...paths,
];
