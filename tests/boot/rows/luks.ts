// One encrypted device under /.
import type { Scenario } from '../../helpers/scenario.ts';
import { asked, byUuid, encrypted, fast, luks, made, onLuks, typed } from './steps.ts';

const oneDisk: Scenario['work'] = {
  packages: ['cryptsetup-bin'],
  disks: [96],
  make: [...encrypted('/dev/vda', 'opened'), ...made('ext4', '/dev/mapper/opened')],
  close: ['cryptsetup close opened'],
};

export const luksRows: readonly Scenario[] = [
  {
    // systemd 257 has cryptsetup in a package of its own, which only the profile brings: chosen by the captured host.
    name: 'LUKS by the command line, with a passphrase',
    isQuick: true,
    image: 'host',
    work: oneDisk,
    commandLine: `rd.luks.name=${luks}=opened ${byUuid}`,
    profiles: ['cryptsetup', 'dm'],
    guest: { dialogue: asked },
    seen: [onLuks],
  },
  {
    // systemd gives the device of a file system 90 s, and none of them while a question is open.
    name: 'LUKS whose passphrase comes after 100 s',
    image: 'host',
    work: oneDisk,
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
        ...encrypted('/dev/vda', 'root', { more: '--header /run/header' }),
        ...made('ext4', '/dev/mapper/root'),
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
      make: [...encrypted('/dev/vda', 'opened'), ...made('ext4', '/dev/mapper/opened')],
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
    name: 'LUKS with its key file in the image',
    image: 'host',
    work: {
      packages: ['cryptsetup-bin'],
      disks: [96],
      make: [...encrypted('/dev/vda', 'opened'), ...made('ext4', '/dev/mapper/opened')],
      finish: ['install -D -m 600 /run/key /run/etc/keys/root.key', 'chmod 700 /run/etc/keys'],
      close: ['cryptsetup close opened'],
      files: {
        'etc/crypttab': `opened UUID=${luks} /etc/keys/root.key luks,x-initrd.attach\n`,
      },
    },
    commandLine: byUuid,
    profiles: ['cryptsetup', 'dm'],
    seen: [onLuks],
  },
  {
    name: 'LUKS with its key file on a stick',
    image: 'host',
    work: {
      packages: ['cryptsetup-bin'],
      disks: [96, 32],
      make: [
        ...encrypted('/dev/vda', 'opened'),
        'mkfs.ext4 -q -L STICK /dev/vdb',
        'mkdir /run/stick',
        'mount /dev/vdb /run/stick',
        'cp /run/key /run/stick/root.key',
        'umount /run/stick',
        ...made('ext4', '/dev/mapper/opened'),
      ],
      close: ['cryptsetup close opened'],
      files: { 'etc/crypttab': `opened UUID=${luks} /root.key:LABEL=STICK luks\n` },
    },
    commandLine: byUuid,
    profiles: ['cryptsetup', 'dm'],
    guest: { attach: 'usb behind a hub' },
    seen: [onLuks],
  },
  {
    // brltty has a driver whose display is a terminal, with the dots as letters.
    name: 'LUKS with a braille display and a beep at the prompt',
    image: 'host',
    work: oneDisk,
    hostFiles: {
      'etc/brltty.conf':
        'braille-driver tt\nbraille-device serial:ttyS1\nbraille-parameters tt:term=linux,tt:columns=80\ntext-table en-nabcc\n',
    },
    commandLine: `rd.luks.name=${luks}=opened ${byUuid} brltty=tt console=tty0 console=ttyS0`,
    profiles: ['accessibility', 'cryptsetup', 'dm'],
    guest: { keyboard: typed('correct horse') },
    braille: /enter +passphrase +for +disk/,
    seen: [onLuks, /Stopped .*pkginitrd-braille\.service[^]*SWITCH-ROOT-REACHED/],
  },
];
