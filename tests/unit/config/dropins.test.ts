import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import test from 'node:test';
import { fnmatch } from '../../../src/formats/fnmatch.ts';
import { choosesModule } from '../../../src/formats/module-pattern.ts';
import { absolutePath } from '../../../src/model/brands.ts';
import type { MatchFacts } from '../../../src/model/config.ts';
import { plant, scratch, type Tree } from '../../helpers/scratch.ts';
import { debian13, load, values } from './load-fixture.ts';

const dropins = absolutePath(fileURLToPath(new URL('../../../dropins', import.meta.url)));
const profiles = readdirSync(`${dropins}/profiles`);

test('a distribution that is not like Debian gets no name of Debian', (t) => {
  const facts = { ...debian13, distribution: 'fedora', release: ['43'] };
  const config = load(t, {}, { vendorDirectory: dropins, facts, profiles });
  assert.ok(values(config.packages).includes('systemd'));
  for (const name of ['libcryptsetup12', 'systemd-cryptsetup', 'nfs-common', 'dpkg', 'dmsetup']) {
    assert.ok(!values(config.packages).includes(name), name);
  }
});

for (const [systemdVersion, packages] of [
  ['252', []],
  ['255', ['systemd-repart|']],
  ['257', ['systemd-cryptsetup|', 'systemd-repart|']],
  ['262', ['systemd-cryptsetup|', 'systemd-repart|', 'systemd-tpm|']],
  // A container or a build server without systemd may be of any release.
  [undefined, ['systemd-cryptsetup|', 'systemd-repart|', 'systemd-tpm|']],
] as const) {
  test(`what was split off from systemd ${systemdVersion} is asked for`, (t) => {
    const facts = { ...debian13, systemdVersion, storageKnown: false };
    const names = values(load(t, {}, { vendorDirectory: dropins, facts }).packages);
    assert.deepEqual(names.filter((name) => /^systemd-.*\|$/.test(name)).sort(), packages);
  });
}

test('dpkg is not left in an image of Debian, and no profile there has a warning', (t) => {
  const { removePackages, warnings } = load(t, {}, { vendorDirectory: dropins, profiles });
  assert.deepEqual(values(removePackages), ['dpkg']);
  assert.deepEqual(warnings, []);
});

const packagesOf: Readonly<Record<string, string>> = {
  accessibility: 'brltty',
  bcache: 'bcache-tools|',
  bcachefs: 'bcachefs-tools|',
  btrfs: 'btrfs-progs',
  clevis: 'clevis-systemd',
  cryptsetup: 'systemd-cryptsetup|',
  debug: 'strace',
  dm: 'dmsetup',
  keymap: 'kbd',
  lvm: 'lvm2',
  'lvm-thin': 'thin-provisioning-tools|',
  fido2: 'libfido2-1',
  https: 'systemd-resolved|',
  raid: 'mdadm',
  multipath: 'multipath-tools',
  network: 'systemd-resolved|',
  'network-down': 'iproute2',
  cifs: 'cifs-utils',
  iscsi: 'open-iscsi',
  nbd: 'nbd-client',
  nvmf: 'nvme-cli',
  nfs: 'nfs-common',
  repart: 'systemd-repart|',
  rescue: 'procps',
  ssh: 'dropbear-bin',
  tang: 'clevis-systemd',
  tpm2: '^libtss2-rc0(t64)?$',
  plymouth: 'plymouth',
  pkcs11: 'p11-kit',
};

// XFS and a hypervisor's directories are mounted without programs of their own there, and the drivers of other machines are the
// kernel's.
const bare = ['9p', 'netroot', 'portable', 'virtiofs', 'xfs'];
for (const profile of profiles.filter((name) => !bare.includes(name))) {
  test(`the profile ${profile} brings its packages on Debian`, (t) => {
    const config = load(t, {}, { vendorDirectory: dropins, profiles: [profile] });
    assert.ok(values(config.packages).includes(packagesOf[profile] ?? ''));
    assert.deepEqual(config.warnings, []);
  });
}

for (const [profile, others] of [
  ['nfs', ['netroot', 'network']],
  ['cifs', ['netroot', 'network']],
  ['iscsi', ['netroot', 'network']],
  ['nbd', ['netroot', 'network']],
  ['nvmf', ['netroot', 'network']],
  ['debug', ['rescue']],
  ['ssh', ['network', 'network-down']],
  ['clevis', ['cryptsetup', 'dm']],
  ['tang', ['clevis', 'cryptsetup', 'dm', 'network', 'network-down']],
  ['9p', ['netroot']],
  ['virtiofs', ['netroot']],
] as const) {
  test(`the profile ${profile} brings ${others.join(' and ')} with it`, (t) => {
    const config = load(t, {}, { vendorDirectory: dropins, profiles: [profile] });
    assert.deepEqual([...values(config.profiles)].sort(), [profile, ...others].sort());
  });
}

test('where / is not known the image is ready for any of its kinds, else for what it is', (t) => {
  const profilesOf = (storageKnown: boolean, tree: Tree = {}) =>
    values(
      load(t, tree, { vendorDirectory: dropins, facts: { ...debian13, storageKnown } }).profiles,
    );
  assert.deepEqual([...profilesOf(false)].sort(), [
    'bcache',
    'btrfs',
    'cryptsetup',
    'dm',
    'fido2',
    'lvm',
    'lvm-thin',
    'portable',
    'raid',
    'repart',
    'tpm2',
    'xfs',
  ]);
  assert.deepEqual(profilesOf(true), []);
  assert.deepEqual(profilesOf(true, { 'sys/class/tpm/tpm0': null }), ['tpm2']);
  assert.deepEqual([...profilesOf(true, { 'etc/repart.d': null })].sort(), [
    'cryptsetup',
    'dm',
    'repart',
  ]);
});

for (const [profile, file] of [
  ['rescue', '/usr/bin/tar'],
  ['nfs', '/usr/lib/systemd/systemd-networkd'],
  ['nfs', '/etc/protocols'],
] as const) {
  test(`the profile ${profile} keeps ${file}, which other images do without`, (t) => {
    const removed = (...names: readonly string[]) =>
      values(load(t, {}, { vendorDirectory: dropins, profiles: names }).removeFiles);
    assert.ok(removed().includes(file));
    assert.ok(!removed(profile).includes(file));
  });
}

const modules: readonly (readonly [path: string, chosen: boolean])[] = [
  ['kernel/drivers/usb/host/xhci-pci.ko.xz', true],
  ['kernel/drivers/nvme/host/nvme-tcp.ko', true],
  ['kernel/drivers/nvme/target/nvmet-tcp.ko', false],
  ['kernel/drivers/md/raid456.ko.zst', true],
  ['kernel/drivers/md/dm-crypt.ko', true],
  ['kernel/fs/nls/nls_cp437.ko', true],
  ['kernel/crypto/xts.ko', true],
  ['kernel/arch/x86/crypto/aesni-intel.ko', true],
  ['kernel/drivers/crypto/qat/qat_common/intel_qat.ko', false],
  ['kernel/drivers/crypto/ccp/ccp-crypto.ko', false],
  ['kernel/crypto/tcrypt.ko', false],
  ['kernel/drivers/gpu/drm/amd/amdgpu/amdgpu.ko', false],
  ['kernel/sound/core/snd.ko', false],
];

test('the portable module list boots other hardware and leaves out what no boot needs', (t) => {
  const any = { vendorDirectory: dropins, facts: { ...debian13, storageKnown: false } };
  const patterns = values(load(t, {}, any).kernelModules);
  for (const [path, chosen] of modules) assert.equal(choosesModule(patterns, path), chosen, path);
});

const builtIn: readonly (readonly [path: string, profiles: readonly string[]])[] = [
  ['kernel/drivers/scsi/mpt3sas/mpt3sas.ko', ['portable']],
  ['kernel/drivers/mmc/core/mmc_block.ko', ['portable']],
  ['kernel/drivers/nvme/host/nvme-tcp.ko', ['portable']],
  ['kernel/drivers/hid/i2c-hid/i2c-hid-acpi.ko', ['portable']],
  ['kernel/fs/nls/nls_cp936.ko', ['portable']],
  ['kernel/drivers/md/raid456.ko', ['raid']],
  ['kernel/drivers/md/dm-crypt.ko', ['cryptsetup', 'dm', 'lvm', 'multipath', 'repart']],
  ['kernel/crypto/xts.ko', ['cifs', 'cryptsetup', 'nfs', 'repart']],
  ['kernel/drivers/char/tpm/tpm_tis.ko', ['tpm2']],
];

test('what only other machines have built in comes with the profiles that are about it', (t) => {
  const patternsOf = (names: readonly string[]) =>
    values(load(t, {}, { vendorDirectory: dropins, profiles: names }).kernelModules);
  const names = [
    'portable',
    'raid',
    'cryptsetup',
    'dm',
    'lvm',
    'multipath',
    'repart',
    'cifs',
    'nfs',
    'tpm2',
  ];
  const byProfile = new Map(names.map((name) => [name, patternsOf([name])]));
  for (const [path, expected] of builtIn) {
    assert.equal(choosesModule(patternsOf([]), path), false, path);
    const found = names.filter((name) => choosesModule(byProfile.get(name) ?? [], path));
    assert.deepEqual(found.sort(), [...expected].sort(), path);
  }
});

test('the processor gets its ciphers at boot where something may be encrypted, and only there', (t) => {
  const isChosen = (facts: MatchFacts, ...names: readonly string[]): boolean => {
    const config = load(t, {}, { vendorDirectory: dropins, facts, profiles: names });
    // The processor asks for it.
    const patterns = ['aesni-intel', ...values(config.kernelModules)];
    return choosesModule(patterns, 'kernel/arch/x86/crypto/aesni-intel.ko');
  };
  assert.equal(isChosen(debian13), false);
  assert.equal(isChosen(debian13, 'cryptsetup'), true);
  assert.equal(isChosen(debian13, 'btrfs'), true);
  assert.equal(isChosen({ ...debian13, storageKnown: false }), true);
});

// All of them modules of Debian's kernel.
const boardModules = [
  'kernel/drivers/bus/moxtet.ko',
  'kernel/drivers/mfd/axp20x-i2c.ko',
  'kernel/drivers/phy/rockchip/phy-rockchip-inno-usb2.ko',
  'kernel/drivers/phy/qualcomm/phy-qcom-qmp-pcie.ko',
  'kernel/drivers/pwm/pwm-rockchip.ko',
  'kernel/drivers/regulator/pwm-regulator.ko',
  'kernel/drivers/usb/musb/sunxi.ko',
];

test('an image for any arm64 board has what its controllers are fed by, others have not', (t) => {
  const patternsOf = (architecture: MatchFacts['architecture'], generic: boolean) => {
    const facts = { ...debian13, architecture };
    return values(load(t, {}, { vendorDirectory: dropins, facts, generic }).kernelModules);
  };
  for (const path of boardModules) {
    assert.equal(choosesModule(patternsOf('arm64', true), path), true, path);
    assert.equal(choosesModule(patternsOf('x86-64', true), path), false, path);
    assert.equal(choosesModule(patternsOf('arm64', false), path), false, path);
  }
});

const kept = [
  '/usr/lib/udev/hwdb.bin',
  '/usr/lib/udev/rules.d/50-udev-default.rules',
  '/usr/lib/systemd/systemd',
  '/usr/lib/x86_64-linux-gnu/libcryptsetup.so.12',
  '/usr/lib/modprobe.d/systemd.conf',
  '/usr/lib/locale/C.utf8/LC_CTYPE',
  '/usr/share/terminfo/l/linux',
  '/usr/bin/btrfs',
  '/usr/sbin/mkfs.btrfs',
  // What a boot is mended with.
  ...`bash cat cp cut dd df dmesg du find gzip grep head journalctl kmod less ln ls lsblk mkdir mount mv rm sed sort
    stty sync systemctl systemd-run tail tee touch tty udevadm umount xargs`
    .split(/\s+/)
    .map((name) => `/usr/bin/${name}`),
  ...`blkid blockdev chroot dumpe2fs e2fsck fsck fsck.ext4 fsck.fat losetup mke2fs mkfs.fat mkswap modprobe reboot
    sulogin swapon switch_root tune2fs wipefs`
    .split(/\s+/)
    .map((name) => `/usr/sbin/${name}`),
  '/etc/passwd',
  '/etc/shadow',
];

test('RemoveFiles= takes nothing away that systemd, udev or a shell read', (t) => {
  const { removeFiles } = load(t, {}, { vendorDirectory: dropins });
  for (const path of kept) {
    const parts = path.split('/');
    const above = parts.map((_, index) => parts.slice(0, index + 1).join('/'));
    const by = removeFiles.find(({ value }) => above.some((each) => fnmatch(value, each)));
    assert.equal(by, undefined, path);
  }
});

test('the hardware database keeps the keys of keyboards and what others have added, and a root without one nothing', (t) => {
  const sources = 'usr/lib/udev/hwdb.d';
  const script = `${dropins}/scripts/hardware-database.chroot`;
  const root = plant(scratch(t), {
    [`${sources}/20-pci-vendor-model.hwdb`]: '',
    [`${sources}/60-keyboard.hwdb`]: '',
    [`${sources}/70-mouse.hwdb`]: '',
    [`${sources}/90-own.hwdb`]: '',
  });
  execFileSync(script, { env: { BUILDROOT: root } });
  assert.deepEqual(readdirSync(`${root}/${sources}`), ['60-keyboard.hwdb', '90-own.hwdb']);
  execFileSync(script, { env: { BUILDROOT: scratch(t) } });
});
