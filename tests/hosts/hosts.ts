// Synthetic machines: what their /proc and /sys would say, down to the modaliases of real hardware.
import type { Tree } from '../helpers/scratch.ts';
import { device, disk, loaded, luks2, mounts, stacked, verity } from './sysfs.ts';

const debian: Tree = {
  'usr/lib/os-release': 'ID=debian\nVERSION_ID="13"\nPRETTY_NAME="Debian 13"\n',
  'usr/bin/apt-get': '',
  'var/lib/dpkg/status': '',
};

const pcBridge = {
  modalias: 'pci:v00008086d0000A0B8sv00000000sd00000000bc06sc04i00',
  driver: 'pcieport',
};
const nvme = {
  modalias: 'pci:v0000144Dd0000A80Asv0000144Dsd0000A801bc01sc08i02',
  driver: 'nvme',
  module: 'nvme',
};
const xhci = {
  modalias: 'pci:v00008086d0000A0EDsv000017AAsd000022D5bc0Csc03i30',
  driver: 'xhci_hcd',
  module: 'xhci_pci',
};
const scsiDisk = { modalias: 'scsi:t-0x00', driver: 'sd', module: 'sd_mod' };

const root = 'pci0000:00';
const laptopI2c = `${root}/0000:00:15.0/i2c_designware.0/i2c-0/i2c-ELAN0001:00`;

const laptop: Tree = {
  ...debian,
  ...loaded('btrfs', 'dm_crypt', 'i915', 'iwlwifi', 'snd_hda_intel', 'uvcvideo', 'fuse', 'nvme'),
  ...device(`${root}/0000:00:06.0`, 'pci', pcBridge),
  ...device(`${root}/0000:00:06.0/0000:01:00.0`, 'pci', nvme),
  ...disk(`${root}/0000:00:06.0/0000:01:00.0/nvme/nvme0`, 'nvme0n1', [259, 0], 3),
  ...stacked('dm-0', [254, 0], ['nvme0n1p3'], {
    'dm/name': 'root',
    'dm/uuid': 'CRYPT-LUKS2-0123456789abcdef0123456789abcdef-root',
  }),
  'dev/nvme0n1p3': luks2('aes-xts-plain64', 'sha256', 'systemd-tpm2'),
  'sys/fs/btrfs/6f1d/devices/dm-0': { link: '/sys/class/block/dm-0' },
  'sys/fs/btrfs/6f1d/checksum': 'xxhash64 (xxhash64-generic)\n',
  ...mounts(
    ['0:27', '/', 'btrfs', '/dev/mapper/root'],
    ['259:1', '/efi', 'vfat', '/dev/nvme0n1p1'],
  ),
  // The keyboard: HID over I2C, its bus on Intel's LPSS, its interrupt from the pin controller.
  ...device('platform/INT34C5:00', 'platform', {
    modalias: 'acpi:INT34C5:',
    driver: 'tigerlake-pinctrl',
    module: 'pinctrl_tigerlake',
  }),
  ...device(`${root}/0000:00:15.0`, 'pci', {
    modalias: 'pci:v00008086d0000A0E8sv000017AAsd000022D5bc0Csc80i00',
    driver: 'intel-lpss',
    module: 'intel_lpss_pci',
  }),
  ...device(`${root}/0000:00:15.0/i2c_designware.0`, 'platform', {
    modalias: 'platform:i2c_designware',
    driver: 'i2c_designware',
  }),
  ...device(laptopI2c, 'i2c', {
    modalias: 'acpi:ELAN0001:PNP0C50:',
    driver: 'i2c_hid_acpi',
    module: 'i2c_hid_acpi',
    suppliers: ['platform/INT34C5:00'],
  }),
  ...device(`${laptopI2c}/0018:04F3:3140.0001`, 'hid', {
    modalias: 'hid:b0018g0001v000004F3p00003140',
    driver: 'hid-generic',
    module: 'hid_generic',
  }),
  ...device('platform/MSFT0101:00', 'platform', { modalias: 'acpi:MSFT0101:MSFT0101:' }),
  ...device(`${root}/0000:00:14.0`, 'pci', xhci),
  ...device(`${root}/0000:00:02.0`, 'pci', {
    modalias: 'pci:v00008086d00009A49sv000017AAsd000022D5bc03sc00i00',
    driver: 'i915',
    module: 'i915',
  }),
  ...device(`${root}/0000:00:14.3`, 'pci', {
    modalias: 'pci:v00008086d0000A0F0sv00008086sd00000074bc02sc80i00',
    driver: 'iwlwifi',
    module: 'iwlwifi',
  }),
  ...device(`${root}/0000:00:1f.3`, 'pci', {
    modalias: 'pci:v00008086d0000A0C8sv000017AAsd000022D5bc04sc03i80',
    driver: 'snd_hda_intel',
    module: 'snd_hda_intel',
  }),
};

const raidController = `${root}/0000:00:01.0/0000:03:00.0`;
const megaraid = (target: number): string =>
  `${raidController}/host0/target0:2:${target}/0:2:${target}:0`;

const server: Tree = {
  ...debian,
  ...loaded('ext4', 'dm_mod', 'raid1', 'md_mod', 'megaraid_sas', 'sd_mod', 'igb', 'ipmi_si'),
  ...device(`${root}/0000:00:01.0`, 'pci', pcBridge),
  ...device(raidController, 'pci', {
    modalias: 'pci:v00001000d00000014sv00001028sd00001FD4bc01sc04i00',
    driver: 'megaraid_sas',
    module: 'megaraid_sas',
  }),
  ...device(megaraid(0), 'scsi', scsiDisk),
  ...device(megaraid(1), 'scsi', scsiDisk),
  ...disk(megaraid(0), 'sda', [8, 0], 2),
  ...disk(megaraid(1), 'sdb', [8, 16], 2),
  ...stacked('md127', [9, 127], ['sda2', 'sdb2'], { 'md/level': 'raid1' }),
  ...stacked('dm-0', [254, 0], ['md127'], { 'dm/name': 'vg-root', 'dm/uuid': 'LVM-abcroot' }),
  ...stacked('dm-1', [254, 1], ['md127'], { 'dm/name': 'vg-swap', 'dm/uuid': 'LVM-abcswap' }),
  ...mounts(['254:0', '/', 'ext4', '/dev/mapper/vg-root']),
  'proc/swaps': 'Filename Type Size Used Priority\n/dev/dm-1 partition 1 0 -2\n',
  'sys/power/resume': '254:1\n',
  ...device(`${root}/0000:00:1c.0`, 'pci', {
    modalias: 'pci:v00008086d00001521sv00001028sd00001FA8bc02sc00i00',
    driver: 'igb',
    module: 'igb',
  }),
};

const virtioDisk = `${root}/0000:00:04.0/virtio1`;

const virtioController: Tree = {
  ...device(`${root}/0000:00:04.0`, 'pci', {
    modalias: 'pci:v00001AF4d00001042sv00001AF4sd00001100bc01sc00i00',
    driver: 'virtio-pci',
    module: 'virtio_pci',
  }),
  ...device(virtioDisk, 'virtio', {
    modalias: 'virtio:d00000002v00001AF4',
    driver: 'virtio_blk',
    module: 'virtio_blk',
  }),
};

/** /proc and /sys of QEMU's virtual machine, without a system to go with them. */
export const plainRoot: Tree = {
  ...loaded('ext4', 'virtio_blk', 'virtio_pci'),
  ...virtioController,
  ...disk(virtioDisk, 'vda', [254, 0], 1),
  ...mounts(['254:1', '/', 'ext4', '/dev/vda1']),
};

/** The same with the root in LUKS. */
export const encryptedRoot: Tree = {
  ...plainRoot,
  ...stacked('dm-0', [253, 0], ['vda1'], {
    'dm/name': 'root',
    'dm/uuid': 'CRYPT-LUKS2-0123456789abcdef0123456789abcdef-root',
  }),
  ...mounts(['253:0', '/', 'ext4', '/dev/mapper/root']),
};

/** A machine whose / is on a disk with several paths. */
export const multipathRoot: Tree = {
  ...plainRoot,
  ...stacked('dm-0', [253, 0], ['vda'], {
    'dm/name': '35000c500a1b2c3d4',
    'dm/uuid': 'mpath-35000c500a1b2c3d4',
  }),
  ...mounts(['253:0', '/', 'ext4', '/dev/mapper/35000c500a1b2c3d4']),
};

/** The same with a logical volume on it. */
export const volumeOnMultipath: Tree = {
  ...multipathRoot,
  ...stacked('dm-1', [253, 1], ['dm-0'], { 'dm/name': 'group-root', 'dm/uuid': 'LVM-abcroot' }),
  ...mounts(['253:1', '/', 'ext4', '/dev/mapper/group-root']),
};

const virtio: Tree = { ...debian, ...plainRoot };

const appliance: Tree = {
  ...debian,
  ...loaded('ext4', 'erofs', 'xfs', 'dm_verity', 'virtio_blk', 'virtio_pci'),
  ...virtioController,
  ...disk(virtioDisk, 'vda', [254, 0], 6),
  ...stacked('dm-0', [253, 0], ['vda2', 'vda3'], {
    'dm/name': 'usr',
    'dm/uuid': 'CRYPT-VERITY-0123456789abcdef0123456789abcdef-usr',
  }),
  'dev/vda3': verity('sha256'),
  ...mounts(
    ['254:4', '/', 'ext4', '/dev/vda4'],
    ['253:0', '/usr', 'erofs', '/dev/mapper/usr'],
    ['254:5', '/var', 'xfs', '/dev/vda5'],
    ['254:6', '/srv', 'f2fs', '/dev/vda6'],
  ),
  'etc/fstab': `UUID=4 / ext4 defaults 0 1
UUID=5 /var xfs defaults,x-initrd.mount 0 2
UUID=6 /srv f2fs defaults 0 2
`,
};

const hub = `${root}/0000:00:14.0/usb1/1-1`;
const stick = `${hub}/1-1.4/1-1.4:1.0`;
const usbHub = { driver: 'hub', module: 'usbcore' };

const usb: Tree = {
  ...debian,
  ...loaded('ext4', 'usb_storage', 'xhci_pci', 'xhci_hcd', 'usbhid', 'sd_mod'),
  ...device(`${root}/0000:00:14.0`, 'pci', xhci),
  ...device(`${root}/0000:00:14.0/usb1/1-0:1.0`, 'usb', {
    ...usbHub,
    modalias: 'usb:v1D6Bp0002d0600dc09dsc00dp01ic09isc00ip00in00',
  }),
  ...device(`${hub}/1-1:1.0`, 'usb', {
    ...usbHub,
    modalias: 'usb:v05E3p0610d0654dc09dsc00dp02ic09isc00ip01in00',
  }),
  ...device(stick, 'usb', {
    modalias: 'usb:v0781p5583d0100dc00dsc00dp00ic08isc06ip50in00',
    driver: 'usb-storage',
    module: 'usb_storage',
  }),
  ...device(`${stick}/host2/target2:0:0/2:0:0:0`, 'scsi', scsiDisk),
  ...disk(`${stick}/host2/target2:0:0/2:0:0:0`, 'sda', [8, 0], 2),
  ...mounts(['8:2', '/', 'ext4', '/dev/sda2']),
  ...device(`${hub}/1-1.3/1-1.3:1.0`, 'usb', {
    modalias: 'usb:v046DpC31Cd6402dc00dsc00dp00ic03isc01ip01in00',
    driver: 'usbhid',
    module: 'usbhid',
  }),
  ...device(`${hub}/1-1.3/1-1.3:1.0/0003:046D:C31C.0001`, 'hid', {
    modalias: 'hid:b0003g0001v0000046Dp0000C31C',
    driver: 'hid-generic',
    module: 'hid_generic',
  }),
};

const behindVmd = `${root}/0000:00:0e.0/pci10000:e0/10000:e0:06.0/10000:e1:00.0`;

const vmd: Tree = {
  ...debian,
  ...loaded('ext4', 'nvme', 'vmd'),
  ...device(`${root}/0000:00:0e.0`, 'pci', {
    modalias: 'pci:v00008086d00009A0Bsv00001028sd00000A5Dbc01sc04i00',
    driver: 'vmd',
    module: 'vmd',
  }),
  ...device(behindVmd.slice(0, behindVmd.lastIndexOf('/')), 'pci', pcBridge),
  ...device(behindVmd, 'pci', nvme),
  ...disk(`${behindVmd}/nvme/nvme0`, 'nvme0n1', [259, 0], 2),
  ...mounts(['259:2', '/', 'ext4', '/dev/nvme0n1p2']),
};

const card = 'platform/80860F14:00/mmc_host/mmc0/mmc0:0001';

const mmc: Tree = {
  ...debian,
  ...loaded('f2fs', 'mmc_block', 'sdhci_acpi'),
  ...device('platform/80860F14:00', 'platform', {
    modalias: 'acpi:80860F14:PNP0D40:',
    driver: 'sdhci-acpi',
    module: 'sdhci_acpi',
  }),
  ...device(card, 'mmc', { modalias: 'mmc:block', driver: 'mmcblk', module: 'mmc_block' }),
  ...disk(card, 'mmcblk0', [179, 0], 2),
  ...mounts(['179:2', '/', 'f2fs', '/dev/mmcblk0p2']),
};

const vmbus = 'LNXSYSTM:00/LNXSYBUS:00/ACPI0004:00/VMBUS:00';
const storvsc = `${vmbus}/f8b3781a-1e82-4818-a1c3-63d806ec15bb`;

const hyperv: Tree = {
  ...debian,
  ...loaded('xfs', 'hv_storvsc', 'hv_vmbus', 'hv_netvsc', 'hyperv_keyboard'),
  ...device(vmbus, 'acpi', { modalias: 'acpi:VMBUS:VMBus:', driver: 'vmbus', module: 'hv_vmbus' }),
  ...device(storvsc, 'vmbus', {
    modalias: 'vmbus:d96361baa104294db60572e2ffb1dc7f',
    driver: 'hv_storvsc',
    module: 'hv_storvsc',
  }),
  ...device(`${storvsc}/host0/target0:0:0/0:0:0:0`, 'scsi', scsiDisk),
  ...disk(`${storvsc}/host0/target0:0:0/0:0:0:0`, 'sda', [8, 0], 1),
  ...mounts(['8:1', '/', 'xfs', '/dev/sda1']),
  ...device(`${vmbus}/d34b2567-b9b6-42b9-8778-0a4ec0b955bf`, 'vmbus', {
    modalias: 'vmbus:6dad12f9172bea48bd65f927a61c7684',
    driver: 'hyperv_keyboard',
    module: 'hyperv_keyboard',
  }),
  ...device(`${vmbus}/0c5d5d54-36d2-4f2b-9a3c-6f2b3d0d9e51`, 'vmbus', {
    modalias: 'vmbus:635161f83edfc546913ff2d2f965ed0e',
    driver: 'hv_netvsc',
    module: 'hv_netvsc',
  }),
};

export const hosts = {
  'a laptop with NVMe, LUKS, btrfs and an I2C keyboard': laptop,
  'a server with md RAID and LVM on a MegaRAID controller': server,
  'a virtio virtual machine': virtio,
  'an appliance with a verity /usr and a /var that is mounted in the initrd': appliance,
  'a root on USB behind a hub': usb,
  'an NVMe disk behind VMD': vmd,
  'a board with an MMC card': mmc,
  'a Hyper-V virtual machine': hyperv,
} as const satisfies Readonly<Record<string, Tree>>;
