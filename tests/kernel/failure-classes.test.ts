// The ways in which initrd generators have failed to boot machines, and what keeps this one from each.
import assert from 'node:assert/strict';
import test, { type TestContext } from 'node:test';
import { readBoot } from '../../src/host/boot.ts';
import { readHostFacts } from '../../src/host/facts.ts';
import { absolutePath } from '../../src/model/brands.ts';
import { parseModulesDep } from '../../src/formats/modules-dep.ts';
import { selectFirmware } from '../../src/plan/firmware.ts';
import { selectModules } from '../../src/plan/select-modules.ts';
import { makeSys } from '../../src/sys/sys.ts';
import { bothKernels, type Kernel, machineKernel } from '../helpers/kernel.ts';
import { need } from '../helpers/need.ts';
import { config, facts, info } from '../helpers/plan-fixture.ts';
import { plant, scratch, type Tree } from '../helpers/scratch.ts';
import { hosts } from '../hosts/hosts.ts';
import { select } from '../hosts/select.ts';
import { mounts } from '../hosts/sysfs.ts';

const laptop = hosts['a laptop with NVMe, LUKS, btrfs and an I2C keyboard'];
const virtio = hosts['a virtio virtual machine'];

function holds(selected: ReadonlySet<string>, ...names: readonly string[]): void {
  assert.deepEqual(
    names.filter((name) => !selected.has(name)),
    [],
  );
}

/** Runs with each kernel of the fixtures: 6.1 and 6.12. */
function onBothKernels(name: string, run: (t: TestContext, kernel: Kernel) => void): void {
  test(name, (t) => {
    const kernels = bothKernels();
    for (const kernel of kernels) {
      if (!need(t, kernel, 'no kernels: run tests/helpers/setup.sh') || !kernel) return;
      run(t, kernel);
    }
  });
}

onBothKernels('1 built into the running kernel, a module in the next', (t, kernel) => {
  const host: Tree = {
    ...virtio,
    'proc/modules': '',
    'proc/sys/kernel/osrelease': '5.10.0-custom\n',
    'usr/lib/modules/5.10.0-custom/modules.builtin':
      'kernel/fs/ext4/ext4.ko\nkernel/fs/xfs/xfs.ko\nkernel/drivers/block/virtio_blk.ko\nkernel/fs/jfs/jfs.ko\n',
    'sys/module/dm_mod/parameters/x': '',
    ...mounts(['254:1', '/', 'ext4', '/dev/vda1'], ['254:9', '/home', 'xfs', '/dev/vdb']),
  };
  const { names } = select(t, host, kernel, { kernelModules: [''] });
  holds(names, 'ext4', 'xfs', 'virtio_blk', 'dm_mod');
  assert.ok(!names.has('jfs'), 'built in and not in use');
});

onBothKernels('2 a disk driver that is missing from every list', (t, kernel) => {
  for (const [tree, driver] of [
    [laptop, 'nvme'],
    [hosts['a server with md RAID and LVM on a MegaRAID controller'], 'sd_mod'],
    [hosts['a server with md RAID and LVM on a MegaRAID controller'], 'megaraid_sas'],
  ] as const) {
    const bare = { ...tree, 'proc/modules': '' };
    holds(select(t, bare, kernel, { kernelModules: [''] }).names, driver);
  }
  holds(select(t, virtio, kernel).names, 'nvme', 'sd_mod');
  holds(select(t, virtio, kernel, { profiles: ['portable'] }).names, 'nd_pmem');
});

onBothKernels('3 a disk that was moved to another machine', (t, kernel) => {
  const { names } = select(t, virtio, kernel);
  holds(names, 'nvme', 'ahci', 'usb_storage', 'uas', 'hv_storvsc', 'vmw_pvscsi', 'xen_blkfront');
  const portable = { profiles: ['portable'] };
  const server = ['sdhci_pci', 'mmc_block', 'megaraid_sas', 'mpt3sas'];
  holds(select(t, virtio, kernel, portable).names, ...server);
  holds(select(t, virtio, kernel, { generic: true }).names, ...server);
});

onBothKernels('4 a keyboard or key that was not plugged in', (t, kernel) => {
  holds(select(t, virtio, kernel).names, 'usbhid', 'hid_generic', 'xhci_pci', 'ehci_pci');
  holds(select(t, virtio, kernel, { profiles: ['portable'] }).names, 'i2c_hid_acpi');
});

onBothKernels('5 bridges, hubs and controllers in between', (t, kernel) => {
  holds(select(t, hosts['an NVMe disk behind VMD'], kernel, { kernelModules: [''] }).names, 'vmd');
  holds(
    select(t, hosts['a board with an MMC card'], kernel, { kernelModules: [''] }).names,
    'sdhci_acpi',
  );
  holds(
    select(t, hosts['a root on USB behind a hub'], kernel, { kernelModules: [''] }).names,
    'usbcore',
    'uas',
  );
  holds(select(t, virtio, kernel).names, 'vmd');
  const portable = { profiles: ['portable'] };
  holds(select(t, virtio, kernel, portable).names, 'mptspi', 'sdhci_acpi', 'thunderbolt');
  if (kernel.version.startsWith('6.12')) {
    holds(select(t, virtio, kernel).names, 'xhci_pci_renesas');
  }
});

onBothKernels('6 modules that are asked for by name at run time', (t, kernel) => {
  holds(select(t, virtio, kernel).names, 'nls_cp437', 'nls_ascii', 'crc32c_generic');
  holds(
    select(t, virtio, kernel, { profiles: ['cryptsetup', 'lvm'] }).names,
    'xts',
    'camellia_generic',
    'dm_raid',
  );
  holds(
    select(t, laptop, kernel, { kernelModules: [''] }).names,
    'xts',
    'aesni_intel',
    'xxhash_generic',
  );
});

onBothKernels('7 modules that were renamed, merged or removed', (t, kernel) => {
  const host = { ...virtio, 'proc/modules': 'mpt2sas 1\ncrc32_x86 1\nno_such_driver 1\n' };
  const { names, modules } = select(t, host, kernel, { kernelModules: [''] });
  holds(names, 'mpt3sas', 'crc32c_intel');
  assert.deepEqual(modules.missing, [
    { value: 'no_such_driver', from: { type: 'loaded', as: null } },
  ]);
});

test('8 dashes, underscores and a module that is there twice', () => {
  const dep =
    'kernel/a/usb-x.ko:\nextra/usb_x.ko:\nupdates/dkms/usb-x.ko:\nweak-updates/usb-x.ko:\n';
  const base = facts({ loadedModules: ['usb_x'] });
  const modules = { ...base.kernel.modules, paths: parseModulesDep(dep) };
  const { files } = selectModules(config(), { ...base, kernel: { ...base.kernel, modules } });
  assert.deepEqual(
    files.map(({ path }) => path),
    ['updates/dkms/usb-x.ko'],
  );
});

onBothKernels('9 the running kernel instead of the one that is built for', (t, kernel) => {
  const host = {
    ...virtio,
    'proc/sys/kernel/osrelease': '4.19.0\n',
    'usr/lib/modules/4.19.0/modules.builtin': 'kernel/drivers/nvme/host/nvme.ko\n',
  };
  const selected = select(t, host, kernel);
  assert.equal(selected.facts.kernel.version, kernel.version);
  holds(selected.names, 'nvme');
});

onBothKernels('10 what no boot needs', (t, kernel) => {
  const { names } = select(t, laptop, kernel);
  for (const name of ['i915', 'iwlwifi', 'snd_hda_intel', 'uvcvideo', 'intel_qat', 'nouveau']) {
    assert.ok(!names.has(name), name);
  }
  holds(names, 'crc32c_generic');
});

test('11 firmware with wildcards, links, suffixes and in more than one place', () => {
  const path = 'kernel/drivers/net/ethernet/realtek/r8169.ko';
  const host = facts({ loadedModules: ['r8169'] });
  const plan = selectFirmware(
    config(),
    host,
    selectModules(config(), host),
    new Map([
      [path, info(['rtl_nic/rtl81*', 'rtl_nic/rtl8125a-3.fw', 'vendor/blob.bin', 'gone.bin'])],
    ]),
  );
  assert.deepEqual(
    plan.files.map(({ value }) => value.replace('usr/lib/firmware/', '')),
    [
      'real/vendor/blob.bin',
      'rtl_nic/rtl8125a-3.fw.zst',
      'rtl_nic/rtl8168g-2.fw',
      'store/blob-1.bin',
      'vendor',
    ],
  );
  assert.deepEqual(plan.missing, [
    { value: 'gone.bin', from: { type: 'firmware', module: 'r8169', isBuiltin: false } },
  ]);
});

test('12 depmod has not run, or has left only its binary indexes', (t) => {
  const request = {
    kernelRoot: undefined,
    kernelVersion: undefined,
    loadedModulesFile: undefined,
    generic: true,
    architecture: 'x86-64',
    os: facts().os,
  } as const;
  const sys = makeSys({ searchPath: '/usr/bin' });
  const tree = { ...virtio, 'usr/lib/modules/6.1.0/kernel/a.ko': '' };
  const hostRoot = plant(scratch(t), tree);
  const boot = readBoot(sys, { hostRoot, generic: true });
  assert.throws(() => readHostFacts(sys, { ...request, hostRoot, boot }), { name: 'BuildError' });
  const kernel = machineKernel();
  if (!need(t, kernel, 'no kernel: run tests/helpers/setup.sh') || !kernel) return;
  const names = select(t, virtio, kernel).facts.kernel.modules.paths.size;
  assert.ok(names > 3000, absolutePath(kernel.root));
});
