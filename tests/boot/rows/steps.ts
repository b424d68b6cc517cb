// The shell steps that the rows share.
import type { Scenario } from '../../helpers/scenario.ts';

export const uuid = '0f5cbd0e-6d7c-4a4e-9a58-3f0d8f0c6b42';
export const other = '1a2b3c4d-6d7c-4a4e-9a58-3f0d8f0c6b43';
export const luks = '7d7f0c0a-38f1-4c58-8d0e-2f1a5f6a9c11';
export const secondLuks = '8e8f0c0a-38f1-4c58-8d0e-2f1a5f6a9c12';
export const byUuid = `root=UUID=${uuid} rw`;

/** An empty file system on a device, mounted to be filled. */
export function made(
  fileSystem: 'ext4' | 'xfs' | 'f2fs' | 'btrfs',
  device: string,
): readonly string[] {
  const makers = {
    ext4: `mkfs.ext4 -q -U ${uuid} ${device}`,
    xfs: `mkfs.xfs -q -m uuid=${uuid} ${device}`,
    f2fs: `mkfs.f2fs -q -U ${uuid} ${device}`,
    btrfs: `mkfs.btrfs -q -U ${uuid} ${device}`,
  };
  return [`modprobe ${fileSystem}`, makers[fileSystem], `mount ${device} $root`];
}

/** Deriving a key as slowly as a real one takes minutes under emulation. */
export const fast = '--pbkdf pbkdf2 --pbkdf-force-iterations 1000';

export function encrypted(
  device: string,
  name: string,
  { id = luks, more = '' }: { readonly id?: string; readonly more?: string } = {},
): readonly string[] {
  return [
    'modprobe dm_crypt',
    "printf %s 'correct horse' >/run/key",
    `cryptsetup luksFormat -q --uuid ${id} ${fast} --key-file /run/key ${more} ${device}`,
    `cryptsetup open --key-file /run/key ${more} ${device} ${name}`,
  ];
}

const prompt = /enter passphrase for disk/i;

export const asked = [{ prompt, type: 'correct horse' }];

/** A line typed on the guest's keyboard rather than into its console. */
export function typed(line: string): NonNullable<NonNullable<Scenario['guest']>['keyboard']> {
  return { device: 'PS/2', prompt, line, every: 20_000 };
}

/** An array of md, at /dev/md/NAME. */
export function array(
  name: string,
  {
    level = 1,
    disks = '/dev/vda /dev/vdb',
  }: { readonly level?: number; readonly disks?: string } = {},
): readonly string[] {
  const count = disks.split(' ').length;
  return [
    `modprobe ${level === 5 ? 'raid456' : `raid${level}`}`,
    `mdadm --create /dev/md/${name} --run --level=${level} --raid-devices=${count} --assume-clean ` +
      `--homehost=server --name=${name} ${disks}`,
    'udevadm settle',
  ];
}

/** A logical volume of the group "group". */
export function volume(
  devices: string,
  {
    name = 'root',
    options = '--size 72M',
  }: { readonly name?: string; readonly options?: string } = {},
): readonly string[] {
  return [
    `lvm pvcreate -q ${devices}`,
    `lvm vgcreate -q group ${devices}`,
    `lvm lvcreate -q --yes ${options} --name ${name} group`,
    'udevadm settle',
  ];
}

export const partitions = (...lines: readonly string[]): readonly string[] => [
  `printf 'label: gpt\\n${lines.join('\\n')}\\n' | sfdisk -q /dev/vda`,
  'udevadm settle',
];

export const onLuks = /^ROOT-MOUNT \/dev\/mapper\/opened ext4$/m;
export const onVolume = /^ROOT-MOUNT \/dev\/mapper\/group-root ext4$/m;

// As QEMU's network has it. Nothing configures it in a workshop, which is a shell alone.
export const online = [
  'until ls /sys/class/net | grep -qv ^lo; do sleep 1; done; udevadm settle',
  'card=$(ls /sys/class/net | grep -v ^lo)',
  'chroot $plain /usr/bin/busybox ip link set $card up',
  'chroot $plain /usr/bin/busybox ip address add 10.0.2.15/24 dev $card',
];
