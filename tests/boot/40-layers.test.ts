import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { gzipSync } from 'node:zlib';
import { absolutePath } from '../../src/model/brands.ts';
import { provesRoot } from '../helpers/boots-root.ts';
import { rootDisk, rootReached } from '../helpers/disk.ts';
import { deploy } from '../helpers/kernel-install.ts';
import { boot, worldWideName } from '../helpers/qemu.ts';
import { plant, scratch } from '../helpers/scratch.ts';
import { bare, throwAwayHost } from '../helpers/throw-away-host.ts';
import { buildIn, madeDisks } from '../helpers/workshop.ts';
import { encryptedRoot, multipathRoot } from '../hosts/hosts.ts';

const uuid = '0f5cbd0e-6d7c-4a4e-9a58-3f0d8f0c6b42';
const luks = '7d7f0c0a-38f1-4c58-8d0e-2f1a5f6a9c11';
const passphrase = 'correct horse';

// A busy machine takes longer than systemd waits for a disk.
const patient = 'systemd.default_device_timeout_sec=800';

const parameter = '/sys/module/nbd/parameters/nbds_max';

// systemd 257 has cryptsetup in a package of its own, which only the profile brings: chosen by the captured host.
test(
  'an initrd for a host with a LUKS root opens it with a passphrase',
  { timeout: 1_800_000 },
  async (t) => {
    const host = throwAwayHost(t, 'trixie');
    if (host === undefined) return;
    await deploy(host, {});
    plant(absolutePath(host.upper), encryptedRoot);
    const disks = await madeDisks(host, scratch(t), {
      packages: ['cryptsetup-bin'],
      disks: 1,
      uuid,
      steps: [
        'modprobe dm_crypt',
        `printf %s '${passphrase}' >/run/key`,
        // Deriving a key as slowly as a real one takes minutes under emulation.
        `cryptsetup luksFormat -q --uuid ${luks} --pbkdf pbkdf2 --pbkdf-force-iterations 1000 --key-file /run/key /dev/vda`,
        'cryptsetup open --key-file /run/key /dev/vda made',
      ],
      target: '/dev/mapper/made',
      close: 'cryptsetup close made',
    });
    const initrd = await buildIn(host, 'initrd', ['--host-root', bare]);
    const manifest = readFileSync(`${initrd}.manifest.json`, 'utf8');
    assert.match(manifest, /"Profiles": \[\s*"dm",\s*"cryptsetup"\s*\]/);
    const booted = await boot({
      kernel: host.kernel.image,
      initrd,
      commandLine: `rd.luks.name=${luks}=opened root=UUID=${uuid} rw`,
      disks,
      dialogue: [{ prompt: /enter passphrase for disk/i, type: passphrase }],
      until: rootReached,
    });
    provesRoot(booted);
    assert.match(booted.transcript, /^ROOT-MOUNT \/dev\/mapper\/opened ext4$/m);
  },
);

// As Debian's installer and administrators write it: no x-initrd.attach, Debian's own words, a header in a file of the host.
// The passphrase is typed on a German keyboard, whose keymap console-setup has made.
test(
  'an initrd takes the crypttab line of /, the header that it names, the keymap, and modprobe.d',
  { timeout: 1_800_000 },
  async (t) => {
    const host = throwAwayHost(t, 'trixie');
    if (host === undefined) return;
    await deploy(host, {});
    plant(absolutePath(host.upper), encryptedRoot);
    const disks = await madeDisks(host, scratch(t), {
      packages: ['cryptsetup-bin'],
      disks: 2,
      uuid,
      steps: [
        'modprobe dm_crypt',
        "printf %s 'crazy horse' >/run/key",
        'truncate -s 16M /run/header',
        `cryptsetup luksFormat -q --uuid ${luks} --pbkdf pbkdf2 --pbkdf-force-iterations 1000 --key-file /run/key --header /run/header /dev/vda`,
        'cryptsetup open --key-file /run/key --header /run/header /dev/vda made',
        'dd if=/run/header of=/dev/vdb bs=1M',
      ],
      target: '/dev/mapper/made',
      close: 'cryptsetup close made',
    });
    const header = readFileSync(disks[1] ?? '').subarray(0, 16 * 2 ** 20);
    mkdirSync(join(host.upper, 'etc/luks'), { recursive: true });
    writeFileSync(join(host.upper, 'etc/luks/root.header'), header);
    host.write(
      'etc/crypttab',
      'root /dev/vda none luks,header=/etc/luks/root.header,keyscript=decrypt_keyctl,loud,tries=0\n',
    );
    host.write('etc/default/keyboard', 'XKBLAYOUT="de"\nXKBVARIANT=""\n');
    mkdirSync(join(host.upper, 'etc/console-setup'), { recursive: true });
    writeFileSync(
      join(host.upper, 'etc/console-setup/cached_UTF-8_del.kmap.gz'),
      gzipSync('keycode 21 = +z +Z\nkeycode 44 = +y +Y\n'),
    );
    // No list has nbd, and nothing else in the boot loads it.
    const conf = 'softdep dm_crypt post: nbd\noptions nbd nbds_max=3\n';
    host.write('etc/modprobe.d/test.conf', conf);
    const booted = await boot({
      kernel: host.kernel.image,
      initrd: await buildIn(host, 'initrd', ['--host-root', bare]),
      commandLine: `root=/dev/mapper/root rw console=tty0 console=ttyS0 ${patient} test.show=${parameter}`,
      disks: disks.slice(0, 1),
      keyboard: {
        device: 'PS/2',
        prompt: /enter passphrase for disk/i,
        line: 'crayz horse',
        every: 20_000,
      },
      until: rootReached,
      timeout: 900_000,
    });
    provesRoot(booted);
    assert.match(booted.transcript, /^ROOT-MOUNT \/dev\/mapper\/root ext4$/m);
    assert.ok(booted.transcript.includes(`SHOW ${parameter}: 3`), booted.transcript);
  },
);

test(
  'an initrd for any machine finds its root on LVM on RAID',
  { timeout: 1_800_000 },
  async (t) => {
    const host = throwAwayHost(t, 'trixie');
    if (host === undefined) return;
    await deploy(host, {});
    const disks = await madeDisks(host, scratch(t), {
      packages: ['lvm2', 'mdadm'],
      disks: 2,
      uuid,
      steps: [
        'modprobe raid1',
        'mdadm --create /dev/md0 --run --level=1 --raid-devices=2 --assume-clean /dev/vda /dev/vdb',
        'lvm pvcreate /dev/md0',
        'lvm vgcreate group /dev/md0',
        'lvm lvcreate --yes --size 72M --name root group',
      ],
      target: '/dev/group/root',
      close: 'lvm vgchange -an group && mdadm --stop /dev/md0',
    });
    const booted = await boot({
      kernel: host.kernel.image,
      initrd: await buildIn(host, 'initrd', ['--generic']),
      commandLine: `root=UUID=${uuid} rw`,
      disks,
      until: rootReached,
    });
    provesRoot(booted);
    assert.match(booted.transcript, /^ROOT-MOUNT \/dev\/mapper\/group-root ext4$/m);
  },
);

// An image for any machine knows the array's host as little as the disk that is gone.
test(
  'an initrd for any machine finds its root on a RAID by name, with a disk gone',
  { timeout: 1_800_000 },
  async (t) => {
    const host = throwAwayHost(t, 'trixie');
    if (host === undefined) return;
    await deploy(host, {});
    const disks = await madeDisks(host, scratch(t), {
      packages: ['mdadm'],
      disks: 2,
      uuid,
      steps: [
        'modprobe raid1',
        'mdadm --create /dev/md/system --run --level=1 --raid-devices=2 --assume-clean --homehost=server --name=system /dev/vda /dev/vdb',
        'udevadm settle',
      ],
      target: '/dev/md/system',
      close: 'mdadm --stop /dev/md/system',
    });
    const degraded = await boot({
      kernel: host.kernel.image,
      initrd: await buildIn(host, 'generic', ['--generic']),
      commandLine: `root=/dev/md/system rw ${patient} test.show=/sys/block/md127/md/degraded`,
      disks: disks.slice(0, 1),
      until: rootReached,
      timeout: 900_000,
    });
    provesRoot(degraded);
    assert.match(degraded.transcript, /^SHOW .*degraded: 1$/m);
  },
);

// The volume group is never complete: what / lies on is activated all the same, after half a minute.
test(
  'an initrd finds its root in a volume group that misses another disk',
  { timeout: 1_800_000 },
  async (t) => {
    const host = throwAwayHost(t, 'trixie');
    if (host === undefined) return;
    await deploy(host, {});
    const [disk = ''] = await madeDisks(host, scratch(t), {
      packages: ['lvm2'],
      disks: 2,
      uuid,
      steps: [
        'lvm pvcreate /dev/vda /dev/vdb',
        'lvm vgcreate group /dev/vda /dev/vdb',
        'lvm lvcreate --yes --size 72M --name root group /dev/vda',
        'lvm lvcreate --yes --size 72M --name other group /dev/vdb',
      ],
      target: '/dev/group/root',
      close: 'lvm vgchange -an group',
    });
    const booted = await boot({
      kernel: host.kernel.image,
      initrd: await buildIn(host, 'initrd', ['--generic']),
      commandLine: `root=UUID=${uuid} rw`,
      disks: [disk],
      until: rootReached,
      timeout: 300_000,
    });
    provesRoot(booted);
    assert.match(booted.transcript, /^ROOT-MOUNT \/dev\/mapper\/group-root ext4$/m);
  },
);

// Either path has the file system, too: only with multipathd and the host's list of disks is it mounted by both.
test(
  'an initrd for a host with its root on multipath mounts it by all paths',
  { timeout: 1_800_000 },
  async (t) => {
    const host = throwAwayHost(t, 'trixie');
    if (host === undefined) return;
    await deploy(host, {});
    plant(absolutePath(host.upper), multipathRoot);
    const wwid = `3${worldWideName.slice(2)}`;
    host.write('etc/multipath/wwids', `# Valid WWIDs:\n/${wwid}/\n`);
    const booted = await boot({
      kernel: host.kernel.image,
      initrd: await buildIn(host, 'initrd', ['--host-root', bare]),
      commandLine: `root=UUID=${uuid} rw ${patient} test.show=/sys/block/dm-0/dm/uuid`,
      disks: [await rootDisk({ directory: scratch(t), label: 'root', uuid })],
      attach: 'two paths',
      until: rootReached,
      timeout: 900_000,
    });
    provesRoot(booted);
    assert.match(booted.transcript, new RegExp(`^ROOT-MOUNT /dev/mapper/${wwid} ext4$`, 'm'));
    assert.match(booted.transcript, new RegExp(`^SHOW .*: mpath-${wwid}$`, 'm'));
  },
);
