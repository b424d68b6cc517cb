// From the firmware on: the disk of a Debian 13 that our package has taken over, booted by its own boot loader.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import test, { type TestContext } from 'node:test';
import { provesRoot } from '../helpers/boots-root.ts';
import { plantRoot, rootReached } from '../helpers/disk.ts';
import { need } from '../helpers/need.ts';
import { partitionedDisk, type Partition } from '../helpers/partitioned-disk.ts';
import { bundle } from '../helpers/paths.ts';
import { boot, plainWords, type Booted, type FirmwareBoot } from '../helpers/qemu.ts';
import { runOk } from '../helpers/run.ts';
import { scratch } from '../helpers/scratch.ts';
import { entryInitrds, ourPackage, workstation, type Workstation } from '../helpers/workstation.ts';

const label = 'workstation';
const rootUuid = 'c3f7f9c8-0b0e-4d5a-8f7f-3f7a4c1d2e20';
const bootUuid = '7d1f2f0c-6f39-4f0e-9b50-5f4f4a0b7a11';
const words = `rw ${plainWords} systemd.default_device_timeout_sec=1200 test.show=/proc/cmdline`;

test('systemd-boot through OVMF', { timeout: 5_400_000 }, async (t) => {
  const machine = await taken(t, {
    generator: 'dracut',
    loader: ['systemd-boot', 'systemd-boot-efi'],
  });
  if (machine === undefined) return;
  const { host } = machine;
  const kernel = kernelOf(join(host.upper, 'boot'));
  const main = (): string => {
    const entries = join(host.boot, 'loader/entries');
    const found = readdirSync(entries).find((name) => !name.includes('previous'));
    return join(entries, found ?? 'none');
  };
  const efi = '/usr/lib/systemd/boot/efi/systemd-bootx64.efi';
  await machine.run(['sh', '-c', `mkdir -p /efi/EFI/BOOT && cp ${efi} /efi/EFI/BOOT/BOOTX64.EFI`]);
  writeFileSync(join(host.boot, 'loader/loader.conf'), 'timeout 0\n');
  const disk = (): Promise<string> =>
    diskOf(t, [{ type: 'ESP', content: host.boot }, rootPartition(t)]);

  await t.test('ours boots alone', async () => {
    // dracut's, which Debian's plugin stages twice, stays for a while.
    const [first, ...others] = entryInitrds(host);
    assert.equal(first, `${kernel}-previous: previous-initrd`);
    assert.deepEqual(
      others.filter((line) => !line.startsWith(`${kernel}-previous: `)),
      [`${kernel}: initrd`],
    );
    const booted = await boot({ firmware: 'OVMF', ...guest(await disk()) });
    isOurs(booted);
    provesRoot(booted);
  });

  await t.test(
    'one that does not come up gives way to the one before after three tries',
    async () => {
      const images = (): readonly string[] => filesNamed(host.boot, 'initrd');
      // As pkginitrd-booted.service notes it: this one stays, and dracut's goes.
      const digest = createHash('sha256')
        .update(readFileSync(images()[0] ?? ''))
        .digest('hex');
      host.write(`/var/lib/pkginitrd/booted/${kernel}`, `${digest}\n`);
      host.write('/etc/kernel/tries', '3\n');
      host.write('/etc/pkginitrd/extra/etc/newer', 'newer\n');
      await machine.run(['kernel-install', 'add', kernel, `/boot/vmlinuz-${kernel}`]);
      assert.match(main(), /\+3\.conf$/);
      for (const path of images()) writeFileSync(path, 'no image at all');
      const path = await disk();
      const booted = await boot({ firmware: 'OVMF', ...guest(path) });
      assert.equal(
        booted.transcript.match(/Kernel panic - not syncing/g)?.length,
        3,
        booted.transcript,
      );
      isOurs(booted);
      assert.match(booted.transcript, /^SHOW \/proc\/cmdline: .*\bpkginitrd\.previous\b/m);
      const { stdout } = await runOk(['mdir', '-b', '-i', `${path}@@1M`, '::/loader/entries']);
      assert.match(stdout, /\+0-3\.conf/);
    },
  );

  await t.test('a unified kernel image boots with ours alone', async () => {
    await machine.apt('install', 'systemd-ukify');
    // As the layout that it was added with.
    await machine.run(['kernel-install', 'remove', kernel]);
    await machine.run(['sh', '-c', 'echo layout=uki >>/etc/kernel/install.conf']);
    await machine.run(['kernel-install', 'add', kernel, `/boot/vmlinuz-${kernel}`]);
    assert.deepEqual(readdirSync(join(host.boot, 'loader/entries')), []);
    isOurs(await boot({ firmware: 'OVMF', ...guest(await disk()) }));
  });
});

test(
  'GRUB through OVMF and the BIOS, /boot on a file system of its own',
  { timeout: 5_400_000 },
  async (t) => {
    const bootTree = scratch(t);
    const machine = await taken(t, {
      generator: 'initramfs-tools',
      loader: ['grub-efi-amd64-bin', 'grub-pc-bin', 'grub2-common'],
      binds: ['--bind', bootTree, '/boot'],
      before: (workstation) => {
        workstation.host.write('/usr/sbin/grub-probe', grubProbe, 0o755);
        workstation.host.write('/usr/bin/grub-mkrelpath', grubRelativePath, 0o755);
        workstation.host.write('/etc/default/grub', grubDefaults(0));
      },
    });
    if (machine === undefined) return;
    const { host } = machine;
    const kernel = kernelOf(bootTree);
    const modules = 'part_gpt ext2 normal linux search search_fs_uuid configfile';
    await machine.run([
      'sh',
      '-euc',
      `mkdir -p /boot/grub /efi/EFI/BOOT
    cp -r /usr/lib/grub/x86_64-efi /usr/lib/grub/i386-pc /boot/grub/
    grub-mkimage -O x86_64-efi -p '(hd0,gpt3)/grub' -o /efi/EFI/BOOT/BOOTX64.EFI ${modules}
    grub-mkimage -O i386-pc -p '(hd0,gpt3)/grub' -o /boot/grub/core.img biosdisk ${modules}
    update-grub`,
    ]);
    const disk = (): Promise<string> =>
      diskOf(
        t,
        [
          { type: 'ESP', content: host.boot },
          { type: 'BIOS boot', content: join(bootTree, 'grub/core.img') },
          { type: 'Linux', content: bootTree, uuid: bootUuid },
          rootPartition(t),
        ],
        join(bootTree, 'grub/i386-pc/boot.img'),
      );

    for (const firmware of ['OVMF', 'SeaBIOS'] as const) {
      await t.test(`ours boots alone: ${firmware}`, async () => {
        const booted = await boot({ firmware, ...guest(await disk()) });
        isOurs(booted);
        provesRoot(booted);
      });
    }

    await t.test('the image before boots from its entry in the menu', async () => {
      host.write('/etc/pkginitrd/extra/etc/newer', 'newer\n');
      await machine.run(['update-initramfs', '-u', '-k', kernel]);
      assert.ok(existsSync(join(bootTree, `previous-initrd.img-${kernel}`)));
      writeFileSync(join(bootTree, `initrd.img-${kernel}`), 'no image at all');
      host.write('/etc/default/grub', grubDefaults('pkginitrd-previous>0'));
      await machine.run(['update-grub']);
      // Ours has never booted here, so that of the generator before is kept.
      const booted = await boot({ firmware: 'SeaBIOS', ...guest(await disk()) });
      assert.equal(booted.end, 'reached', booted.transcript);
      assert.doesNotMatch(booted.transcript, /OURS-IS-RUNNING/);
      assert.match(booted.transcript, /^Begin: /m);
      assert.match(booted.transcript, /^SHOW \/proc\/cmdline: .*\bpkginitrd\.previous\b/m);
    });
  },
);

interface Before {
  readonly generator: 'initramfs-tools' | 'dracut';
  readonly loader: readonly string[];
  readonly binds?: readonly string[];
  readonly before?: (machine: Workstation) => void;
}

/** A machine with another generator and its boot loader, on which our package is installed then. */
async function taken(t: TestContext, before: Before): Promise<Workstation | undefined> {
  if (!need(t, existsSync(bundle), 'no bundle: run npm run build')) return undefined;
  const machine = await workstation(t, scratch(t), before.binds);
  if (machine === undefined) return undefined;
  const { host } = machine;
  host.write('/etc/fstab', `LABEL=${label} / ext4 errors=remount-ro 0 1\n`);
  host.write('/etc/kernel/cmdline', `root=LABEL=${label} ${words}\n`);
  host.write('/etc/pkginitrd/extra/usr/lib/systemd/system/mark.service', mark);
  const wants = join(host.upper, 'etc/pkginitrd/extra/usr/lib/systemd/system/initrd.target.wants');
  mkdirSync(wants, { recursive: true });
  symlinkSync('../mark.service', join(wants, 'mark.service'));
  // The kernel of the fixture is unpacked and not installed.
  await machine.run(['sh', '-c', 'rm -rf /usr/lib/modules/* /boot/*; apt-get -q update']);
  if (before.loader.includes('systemd-boot'))
    await machine.run(['mkdir', '-p', '/efi/loader/entries']);
  await machine.apt('install', before.generator, 'linux-image-amd64');
  await machine.apt('install', ...before.loader);
  before.before?.(machine);
  await machine.apt('install', ourPackage);
  return machine;
}

const mark = `[Unit]
DefaultDependencies=no
[Service]
Type=oneshot
ExecStart=/bin/sh -c 'echo OURS-IS-RUNNING >/dev/console'
`;

function isOurs(booted: Booted): void {
  // What a broken image did before is on the same console.
  assert.equal(booted.end, 'reached', booted.transcript);
  assert.match(booted.transcript, /OURS-IS-RUNNING/);
  assert.doesNotMatch(booted.transcript, /dracut|Loading essential drivers/);
}

function guest(disk: string): Omit<FirmwareBoot, 'firmware'> {
  return { disks: [disk], until: rootReached, timeout: 1_800_000 };
}

function rootPartition(t: TestContext): Partition {
  const tree = scratch(t);
  plantRoot(tree);
  return { type: 'Linux', content: tree, uuid: rootUuid, label };
}

function diskOf(
  t: TestContext,
  partitions: readonly Partition[],
  bootSector?: string,
): Promise<string> {
  return partitionedDisk({
    directory: scratch(t),
    partitions,
    ...(bootSector === undefined ? {} : { bootSector }),
  });
}

function kernelOf(directory: string): string {
  const [kernel, ...more] = readdirSync(directory).flatMap(
    (name) => /^vmlinuz-(.*)$/.exec(name)?.[1] ?? [],
  );
  assert.ok(kernel !== undefined && more.length === 0);
  return kernel;
}

function filesNamed(directory: string, name: string): readonly string[] {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name === name)
    .map((entry) => join(entry.parentPath, entry.name));
}

// What the real one would find on the disk that is made of this root afterwards.
const grubProbe = `#!/bin/sh
for word; do
    case $word in --target=*) target=\${word#*=} ;; -t) next=1 ;; /boot* | *vda3*) boot=1 ;; esac
done
case $target in
    device) [ "$boot" ] && echo /dev/vda3 || echo /dev/vda4 ;;
    fs_uuid) [ "$boot" ] && echo ${bootUuid} || echo ${rootUuid} ;;
    fs) echo ext2 ;;
    partmap) echo gpt ;;
    drive) echo '(hd0,gpt3)' ;;
    compatibility_hint) echo hd0,gpt3 ;;
    hints_string) echo '--hint-bios=hd0,gpt3 --hint-efi=hd0,gpt3' ;;
    abstraction | partuuid | cryptodisk_uuid) ;;
    *) exit 1 ;;
esac
`;

const grubRelativePath = `#!/bin/sh
case $1 in /boot) echo / ;; /boot/*) echo "\${1#/boot}" ;; *) echo "$1" ;; esac
`;

function grubDefaults(entry: string | number): string {
  return `GRUB_DEFAULT='${entry}'
GRUB_TIMEOUT=0
GRUB_TERMINAL=serial
GRUB_SERIAL_COMMAND='serial --unit=0 --speed=115200'
GRUB_CMDLINE_LINUX='${words}'
GRUB_DISABLE_OS_PROBER=true
`;
}
