// Taking over a Debian 13 as people have it, by real apt and real packages: npm run test:workstation. Half an hour.
import assert from 'node:assert/strict';
import { copyFileSync, existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import test, { type TestContext } from 'node:test';
import { provesRoot } from '../helpers/boots-root.ts';
import { rootDisk, rootReached } from '../helpers/disk.ts';
import { need } from '../helpers/need.ts';
import { bundle } from '../helpers/paths.ts';
import { boot } from '../helpers/qemu.ts';
import { scratch } from '../helpers/scratch.ts';
import { entryInitrds, ourPackage, workstation, type Workstation } from '../helpers/workstation.ts';

interface Before {
  readonly generator: 'initramfs-tools' | 'dracut';
  readonly loader: 'GRUB' | 'systemd-boot';
}

const machines: readonly Before[] = [
  { generator: 'initramfs-tools', loader: 'GRUB' },
  { generator: 'dracut', loader: 'systemd-boot' },
  { generator: 'initramfs-tools', loader: 'systemd-boot' },
  { generator: 'dracut', loader: 'GRUB' },
];

const label = 'workstation';
const cloud = ['linux-image-cloud-amd64'];

for (const before of machines) {
  const { generator, loader } = before;
  test(`Debian 13 with ${generator} and ${loader}`, { timeout: 3_600_000 }, async (t) => {
    const machine = await debian(t, before);
    if (machine === undefined) return;
    const isGrub = loader === 'GRUB';
    const kernel = newest(machine, (name) => !name.includes('cloud'));
    const builds = async (...args: readonly string[]): Promise<number> => {
      const { stdout, stderr } = await machine.apt(...args);
      return (stdout + stderr)
        .split('\n')
        .filter((line) => line.startsWith('pkginitrd: Initrd for ')).length;
    };

    await t.test('our package builds once and takes its place', async () => {
      assert.equal(await builds('install', ourPackage), 1);
      const installed = (
        await machine.run(['dpkg-query', '-W', '-f', '${Package} ${db:Status-Abbrev}\n'])
      ).stdout;
      assert.match(installed, /^linux-image-amd64 ii/m);
      assert.match(installed, /^plymouth ii/m);
      assert.doesNotMatch(installed, new RegExp(`^${generator} ii`, 'm'));
      onlyOurs(machine, isGrub, kernel);
    });

    await t.test('another kernel builds once', async () => {
      assert.equal(await builds('install', ...cloud), 1);
      onlyOurs(
        machine,
        isGrub,
        newest(machine, (name) => name.includes('cloud')),
      );
    });

    await t.test('an upgrade of what is in it builds the newest once', async () => {
      const count = await builds('install', '--reinstall', 'udev', 'plymouth');
      // plymouth asks for all kernels.
      assert.ok(count >= 1 && count <= 2, String(count));
      onlyOurs(machine, isGrub, kernel);
    });

    await t.test('its purge takes our files along', async () => {
      const name = newest(machine, (each) => each.includes('cloud'));
      await machine.apt('purge', ...cloud, `linux-image-${name}`);
      assert.deepEqual(
        files(machine).filter((file) => file.includes(name)),
        [],
      );
    });

    await t.test('it boots', async (t) => {
      const directory = scratch(t);
      const { host } = machine;
      const place = isGrub ? join(host.upper, 'boot') : entryFolder(machine, kernel);
      const [vmlinuz, initrd] = isGrub
        ? [`vmlinuz-${kernel}`, `initrd.img-${kernel}`]
        : ['linux', 'initrd'];
      copyFileSync(join(place, vmlinuz), join(directory, 'kernel'));
      copyFileSync(join(place, initrd), join(directory, 'initrd'));
      const disk = await rootDisk({
        directory,
        label,
        uuid: 'c3f7f9c8-0b0e-4d5a-8f7f-3f7a4c1d2e20',
      });
      provesRoot(
        await boot({
          kernel: join(directory, 'kernel'),
          initrd: join(directory, 'initrd'),
          // The time that systemd gives a disk is short for emulation on a busy machine.
          commandLine: `root=LABEL=${label} rw systemd.default_device_timeout_sec=1200`,
          disks: [disk],
          until: rootReached,
          timeout: 1_500_000,
        }),
      );
    });

    await t.test('the generator before takes its place back', async () => {
      await machine.apt('install', generator, 'pkginitrd-');
      assert.doesNotMatch(await text(machine, '/etc/kernel/install.conf'), /pkginitrd/);
      await machine.apt('purge', 'pkginitrd');
      const left = (
        await machine.run([
          'find',
          '/usr',
          '/etc',
          '/var/lib',
          '/var/cache',
          '-name',
          '*pkginitrd*',
        ])
      ).stdout;
      assert.deepEqual(
        left.split('\n').filter((path) => path !== ''),
        [],
      );
      if (isGrub)
        assert.ok(statSync(join(machine.host.upper, `boot/initrd.img-${kernel}`)).size > 1e6);
      else
        assert.ok(entryInitrds(machine.host).some((line) => line.endsWith(`initrd.img-${kernel}`)));
    });
  });
}

async function debian(
  t: TestContext,
  { generator, loader }: Before,
): Promise<Workstation | undefined> {
  if (!need(t, existsSync(bundle), 'no bundle: run npm run build')) return undefined;
  const machine = await workstation(t, scratch(t));
  if (machine === undefined) return undefined;
  const { host } = machine;
  host.write('/etc/fstab', `LABEL=${label} / ext4 errors=remount-ro 0 1\n`);
  host.write('/etc/kernel/cmdline', `root=LABEL=${label} rw\n`);
  // The kernel of the fixture is unpacked and not installed.
  await machine.run(['sh', '-c', 'rm -rf /usr/lib/modules/* /boot/*; apt-get -q update']);
  if (loader === 'systemd-boot') await machine.run(['mkdir', '-p', '/efi/loader/entries']);
  await machine.apt('install', generator, 'linux-image-amd64');
  await machine.apt(
    'install',
    ...(loader === 'GRUB' ? ['grub-pc'] : ['systemd-boot', 'systemd-boot-efi']),
    'plymouth',
  );
  // update-grub asks for the disk under /, which a throw-away root has not.
  if (loader === 'GRUB')
    await machine.run([
      'sh',
      '-c',
      'mkdir -p /boot/grub; ln -sf /bin/true /usr/sbin/update-grub; echo menu >/boot/grub/grub.cfg',
    ]);
  return machine;
}

function onlyOurs({ host }: Workstation, isGrub: boolean, kernel: string): void {
  if (isGrub) {
    const image = statSync(join(host.upper, `boot/initrd.img-${kernel}`));
    assert.equal(image.mode & 0o777, 0o600);
    assert.ok(existsSync(join(host.upper, `var/lib/pkginitrd/initrd.img-${kernel}.manifest.json`)));
    return;
  }
  const named = entryInitrds(host).filter((line) => line.startsWith(`${kernel}: `));
  assert.deepEqual(named, [`${kernel}: initrd`]);
}

function newest({ host }: Workstation, wanted: (name: string) => boolean): string {
  const kernels = readdirSync(join(host.upper, 'boot')).flatMap(
    (name) => /^vmlinuz-(.*)$/.exec(name)?.[1] ?? [],
  );
  const found = kernels.filter(wanted).sort().at(-1);
  assert.ok(found !== undefined, kernels.join(' '));
  return found;
}

function entryFolder({ host }: Workstation, kernel: string): string {
  const token = readdirSync(host.boot).find((name) => /^[0-9a-f]{32}$/.test(name));
  return join(host.boot, token ?? 'none', kernel);
}

/** All files of /boot, the ESP and our state. */
function files({ host }: Workstation): readonly string[] {
  return [host.boot, join(host.upper, 'boot'), join(host.upper, 'var/lib/pkginitrd')].flatMap(
    (root) =>
      readdirSync(root, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name)),
  );
}

async function text(machine: Workstation, path: string): Promise<string> {
  return (await machine.run(['sh', '-c', `cat ${path} 2>/dev/null || :`])).stdout;
}
