import assert from 'node:assert/strict';
import {
  closeSync,
  openSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { gunzipSync } from 'node:zlib';
import { absolutePath } from '../../src/model/brands.ts';
import { rootDisk, rootReached } from '../helpers/disk.ts';
import { deploy } from '../helpers/kernel-install.ts';
import { need } from '../helpers/need.ts';
import { checkout } from '../helpers/paths.ts';
import { boot, firmwareVariables, hasFirmware, type Booted } from '../helpers/qemu.ts';
import { explain, runOk } from '../helpers/run.ts';
import { plant, scratch } from '../helpers/scratch.ts';
import { bare, throwAwayHost, type ThrowAwayHost } from '../helpers/throw-away-host.ts';
import { buildIn } from '../helpers/workshop.ts';
import { block, device, disk, loaded, mounts } from '../hosts/sysfs.ts';

const uuid = '7c1b0d3e-52a4-4b53-9a2e-5d7e0c9f4a11';
const gone = '00000000-0000-4000-8000-000000000000';
const partition = '1b2c3d4e-0000-4111-8222-333344445555';

// What a machine does when it is up, with busybox as all its programs.
const collect = `
busybox --install -s /usr/bin
[ ! -b /dev/vda2 ] || { mkdir -p /boot/efi && mount -t vfat /dev/vda1 /boot/efi; }
sh /usr/bin/collect-record
echo "LEFT $(ls /sys/firmware/efi/efivars /boot/efi 2>/dev/null | grep -ci pkginitrd)"
echo "MODE $(stat -c %a /var/lib/pkginitrd/boot-record)"
base64 /var/lib/pkginitrd/boot-record
echo RECORD-END
umount /boot/efi 2>/dev/null
`;

const files = {
  'usr/bin/collect-record': readFileSync(join(checkout, 'plugin/collect-record'), 'utf8'),
  'usr/bin/collect': collect,
};

test(
  'a boot without the driver of its disk leaves a record in the firmware, and doctor --last-boot names the line that left the driver out',
  { timeout: 1_800_000 },
  async (t) => {
    if (!need(t, hasFirmware(), 'no firmware for guests: run tests/helpers/setup.sh')) return;
    const host = throwAwayHost(t, 'trixie');
    if (host === undefined) return;
    await deploy(host, {});
    const good = await buildIn(host, 'good', ['--generic']);
    host.write('/etc/pkginitrd/50-small.conf', '[Content]\nKernelModules=-virtio_blk\n');
    const bad = await buildIn(host, 'bad', ['--generic']);
    const directory = scratch(t);
    const root = await rootDisk({ directory, label: 'root', uuid, files });
    const guest = {
      kernel: host.kernel.image,
      disks: [root],
      variables: firmwareVariables(directory),
      timeout: 400_000,
    };
    const failed = await boot({
      ...guest,
      initrd: bad,
      commandLine: `root=UUID=${uuid} rw systemd.default_device_timeout_sec=20 cifspass=tell-nobody`,
      until: /the root account is locked/,
    });
    assert.equal(failed.end, 'reached', failed.transcript);
    assert.match(
      failed.transcript,
      /This is kept in the firmware: .*"pkginitrd doctor --last-boot"/,
    );
    const came = await boot({
      ...guest,
      initrd: good,
      commandLine: `root=UUID=${uuid} rw test.run=/usr/bin/collect`,
      until: rootReached,
    });
    const said = await lastBoot(host, came);
    assert.match(said, new RegExp(`^ {2}/dev/disk/by-uuid/${uuid}$`, 'm'));
    // Others come after that one, and nobody waits for it.
    assert.doesNotMatch(said, /tpmrm0/);
    assert.match(said, /^Image: \/var\/tmp\/bad$/m);
    assert.match(
      said,
      /^ {2}driver virtio_blk of the device virtio virtio0 .*\n {4}left out by \/etc\/pkginitrd\/50-small\.conf:2 "-virtio_blk"$/m,
    );
    assert.match(said, /cifspass=\*\*\*/);
    assert.match(said, /device\/start failed with result 'timeout'/);

    // The line is gone, and so is its reason: the image was built before that.
    rmSync(join(host.upper, 'etc/pkginitrd/50-small.conf'));
    const again = await doctor(host);
    assert.match(again, /^ {2}driver virtio_blk .*\n {4}a build now takes it/m);
  },
);

test(
  'a boot by a BIOS that waits for another disk leaves a record on the ESP',
  { timeout: 1_800_000 },
  async (t) => {
    const host = throwAwayHost(t, 'trixie');
    if (host === undefined) return;
    await deploy(host, {});
    plant(absolutePath(host.upper), machine);
    const initrd = await buildIn(host, 'initrd', ['--host-root', bare]);
    const directory = scratch(t);
    const whole = await withEsp(
      await rootDisk({ directory, label: 'root', uuid, files }),
      directory,
    );
    const guest = { kernel: host.kernel.image, disks: [whole], initrd, timeout: 400_000 };
    const failed = await boot({
      ...guest,
      commandLine: `root=UUID=${gone} rw systemd.default_device_timeout_sec=20`,
      until: /the root account is locked/,
    });
    assert.equal(failed.end, 'reached', failed.transcript);
    assert.match(failed.transcript, /This is kept on the ESP: /);
    const came = await boot({
      ...guest,
      commandLine: `root=UUID=${uuid} rw test.run=/usr/bin/collect rd.modules-load=vfat,nls_cp437,nls_ascii,nls_iso8859-1,nls_utf8`,
      until: rootReached,
    });
    const said = await lastBoot(host, came);
    assert.match(said, new RegExp(`^ {2}None of the disks is "/dev/disk/by-uuid/${gone}"`, 'm'));
    assert.match(said, new RegExp(`^ {2}vda2 +\\d+ MiB +ext4 UUID=${uuid} LABEL=root$`, 'm'));
  },
);

/** Gives the record that a guest has collected to the host, and asks there. */
async function lastBoot(host: ThrowAwayHost, { end, transcript }: Booted): Promise<string> {
  assert.equal(end, 'reached', transcript);
  assert.match(
    transcript,
    /A boot of kernel \S+ stopped in the initrd; "pkginitrd doctor --last-boot"/,
  );
  const [, left, mode, text = ''] =
    /^LEFT (\d+)\nMODE (\d+)\n([^]*?)^RECORD-END$/m.exec(transcript) ?? [];
  assert.deepEqual([left, mode], ['0', '600'], transcript);
  const record = Buffer.from(text, 'base64');
  assert.doesNotMatch(gunzipSync(record).toString(), /tell-nobody/);
  host.write('/var/lib/pkginitrd/boot-record', '', 0o600);
  writeFileSync(join(host.upper, 'var/lib/pkginitrd/boot-record'), record);
  return doctor(host);
}

async function doctor(host: ThrowAwayHost): Promise<string> {
  const argv = ['pkginitrd', 'doctor', '--last-boot'];
  const ran = await host.enter(argv);
  assert.equal(ran.code, 0, explain(argv, ran));
  return ran.stdout;
}

// A machine with / and the ESP on a virtual disk.
const place = 'pci0000:00/0000:00:03.0/virtio0';
const machine = {
  ...loaded('virtio_blk', 'ext4', 'vfat'),
  ...device('pci0000:00/0000:00:03.0', 'pci', {
    modalias: 'pci:v00001AF4d00001042sv00001AF4sd00001100bc01sc00i00',
    driver: 'virtio-pci',
  }),
  ...device(place, 'virtio', { modalias: 'virtio:d00000002v00001AF4', driver: 'virtio_blk' }),
  ...disk(place, 'vda', [254, 0]),
  ...block(`${place}/block/vda/vda1`, [254, 1]),
  ...block(`${place}/block/vda/vda2`, [254, 2]),
  ...mounts(['254:2', '/', 'ext4', '/dev/vda2'], ['254:1', '/boot/efi', 'vfat', '/dev/vda1']),
  [`dev/disk/by-partuuid/${partition}`]: { link: '../../vda1' },
  'proc/cmdline': `root=UUID=${uuid} rw\n`,
};

/** A disk with an ESP before the root. */
async function withEsp(root: string, directory: string): Promise<string> {
  const mebibyte = 2 ** 20;
  const [whole, esp] = [join(directory, 'whole'), join(directory, 'esp')];
  for (const [file, size] of [
    [whole, 128],
    [esp, 40],
  ] as const) {
    writeFileSync(file, '');
    truncateSync(file, size * mebibyte);
  }
  await runOk(['mkfs.fat', '-F', '32', esp]);
  const table = `label: gpt\nstart=1MiB, size=40MiB, type=uefi, uuid=${partition}\nstart=48MiB, size=64MiB, type=linux\n`;
  await runOk(['sh', '-c', 'printf %s "$1" | sfdisk -q "$0"', whole, table]);
  const target = openSync(whole, 'r+');
  for (const [file, start] of [
    [esp, 1],
    [root, 48],
  ] as const) {
    const bytes = readFileSync(file);
    writeSync(target, bytes, 0, bytes.length, start * mebibyte);
  }
  closeSync(target);
  return whole;
}
