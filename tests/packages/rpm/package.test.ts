// Our rpm package: what the real dnf, rpm and kernel-install do with it and with kernels.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import test, { type TestContext } from 'node:test';
import { need } from '../../helpers/need.ts';
import {
  ourPackage,
  packageHost,
  plantModules,
  type HostShape,
  type PackageHost,
} from '../../helpers/package-host.ts';
import { kernelBelow } from '../../helpers/kernel.ts';
import { cache } from '../../helpers/paths.ts';
import { wanted } from '../../helpers/rpm/debs.ts';
import { hostDirectory } from '../../helpers/rpm/hosts.ts';
import {
  canBuild,
  kernelPackage,
  laterPackage,
  standIns,
} from '../../helpers/rpm/kernel-package.ts';
import { needsRpm } from '../../helpers/rpm/request.ts';
import { explain } from '../../helpers/run.ts';

const kernels = { old: '6.12.1-1.fc42', new: '6.12.2-1.fc42' };
const image = (kernel: string): string => `/boot/initramfs-${kernel}.img`;
const entry = (kernel: string, suffix = ''): string =>
  `/boot/loader/entries/3a9d668b4db749398a4a5e78a03bffa5-${kernel}${suffix}.conf`;

/** A host with dracut's plugins and, as Fedora and RHEL have it, a plugin that makes entries for GRUB. */
async function fedora(
  t: TestContext,
  makes: HostShape['makes'] = 'words',
): Promise<PackageHost | undefined> {
  if (!canBuild(t) || !needsRpm(t, 'dnf4')) return undefined;
  const fixture = hostDirectory('dnf4');
  const host = packageHost(t, fixture, { node: join(fixture, 'usr/bin/node'), makes });
  host.write('/usr/lib/kernel/install.d/20-grub.install', grubPlugin, 0o755);
  const dracut = join(cache, 'debian-boot/trixie/dracut-core/usr/lib/kernel/install.d');
  for (const name of readdirSync(dracut)) {
    const to = `/usr/lib/kernel/install.d/${name}`;
    host.write(to, readFileSync(join(dracut, name), 'utf8'), 0o755);
  }
  host.write('/usr/bin/dracut', dracutStub, 0o755);
  host.write('/etc/dracut.conf.d/rescue.conf', 'dracut_rescue_image=yes\n');
  return host;
}

// What Fedora's does for a kernel, told shortly: the kernel and an entry that names an image, unless another boot loader's
// directory is there.
const grubPlugin = `#!/bin/bash
[ ! -d "$3" ] || exit 0
entry=/boot/loader/entries/$KERNEL_INSTALL_MACHINE_ID-$2.conf
case $1 in
    add)
        mkdir -p /boot/loader/entries
        cp "$4" "/boot/vmlinuz-$2"
        printf 'title Fedora (%s)\\nversion %s\\nlinux /vmlinuz-%s\\ninitrd /initramfs-%s.img\\noptions root=x\\n' "$2" "$2" "$2" "$2" >"$entry"
        ;;
    remove) rm -f "$entry" "/boot/vmlinuz-$2" ;;
esac
`;

const dracutStub = `#!/bin/sh
echo "$*" >>/scratch/dracut
for last; do :; done
echo dracut >"$last"
`;

const dnf = (...args: readonly string[]): readonly string[] => ['dnf', '-y', '-C', ...args];

test('dnf: our image is the one that the entry of GRUB names, from the first transaction on', async (t) => {
  const host = await fedora(t);
  if (host === undefined) return;
  const old = await kernelPackage(host, '6.12.1');
  await host.run(dnf('install', old));
  assert.match(host.read('/scratch/dracut') ?? '', /--kver 6\.12\.1/, 'the plugins are at work');
  await host.run(['rm', '/scratch/dracut']);
  host.write(image(kernels.old), 'dracut');
  // As grubby or the user has it.
  const edited = (host.read(entry(kernels.old)) ?? '').replace('root=x', 'root=x of the user');
  host.write(entry(kernels.old), `${edited}\n`);

  const ours = await ourPackage(host, 'rpm');
  const installed = await host.run(dnf('install', ours, await standIns(host)));
  const said = installed.stdout + installed.stderr;
  assert.match(said, /pkginitrd: Chosen as initrd generator in \/etc\/kernel\/install\.conf/);
  assert.match(
    said,
    new RegExp(`pkginitrd: Building the initrd of ${kernels.old}, which was put off`),
    said,
  );
  const hook = (kernel: string, modules = 'usr/lib'): string =>
    `kernel-hook add ${kernel} /${modules}/modules/${kernel}/vmlinuz ${image(kernel)}`;
  assert.deepEqual(host.builds(), ['refresh', hook(kernels.old)]);
  assert.equal(host.read(image(kernels.old)), 'ours');
  assert.equal(host.read(`/boot/previous-initramfs-${kernels.old}.img`), 'dracut');
  const previous = host.read(entry(kernels.old, '~previous'));
  assert.match(previous ?? '', /^title .* \(previous initrd\)$/m);
  assert.match(previous ?? '', /^initrd \/previous-initramfs-.*\.img$/m);
  assert.match(previous ?? '', /^options root=x of the user pkginitrd\.previous$/m);
  assert.equal(host.read(entry(kernels.old)), edited, 'no plugin of kernel-install has run');

  // A kernel's own transaction.
  host.write('/etc/pkginitrd/rescue.conf', '[Output]\nRescue=yes\n');
  await host.run(dnf('install', await kernelPackage(host, '6.12.2')));
  assert.deepEqual(
    host.builds(),
    [
      hook(kernels.new, 'lib'),
      `kernel-rescue ${kernels.new} /lib/modules/${kernels.new}/vmlinuz ${entry(kernels.new)}`,
    ],
    'once each',
  );
  await host.run(['rm', '-r', '/etc/pkginitrd']);
  assert.equal(host.read(image(kernels.new)), 'ours');
  assert.match(host.read(entry(kernels.new)) ?? '', /^initrd \/initramfs-6\.12\.2-1\.fc42\.img$/m);
  assert.equal(host.read('/boot/vmlinuz-6.12.2-1.fc42'), 'kernel 6.12.2');
  assert.equal(host.read('/scratch/dracut'), undefined, 'neither an image nor a rescue image');

  // Its removal takes all of it along, and nothing of the other's.
  await host.run(dnf('remove', 'kernel-core-6.12.1'));
  const left = readdirSync(join(host.place, 'boot'), { recursive: true, encoding: 'utf8' });
  assert.deepEqual(left.filter((name) => !name.includes('0-rescue')).sort(), [
    'initramfs-6.12.2-1.fc42.img',
    'loader',
    'loader/entries',
    entry(kernels.new).slice('/boot/'.length),
    'vmlinuz-6.12.2-1.fc42',
  ]);

  // Ours goes: the image stays, all else of ours does not, and dracut is asked again.
  const removed = await host.run(dnf('remove', 'pkginitrd'));
  assert.match(removed.stdout + removed.stderr, /Images and boot entries stay: they boot/);
  assert.equal(host.read(image(kernels.new)), 'ours');
  const found = await host.run(
    ['find', '/etc', '/usr', '/var', '/run', '-path', '/var/log', '-prune', '-o'].concat(
      ...['-name', '*pkginitrd*', '-print'],
    ),
  );
  assert.equal(found.stdout, '');
  assert.equal(host.read('/etc/kernel/install.conf'), undefined);
  await host.run(['kernel-install', 'add', kernels.new, `/lib/modules/${kernels.new}/vmlinuz`]);
  assert.match(host.read('/scratch/dracut') ?? '', /--kver 6\.12\.2/);
});

test('dnf: a kernel that comes with our package is built once; a build that fails leaves the old image', async (t) => {
  const host = await fedora(t);
  if (host === undefined) return;
  const all = [await ourPackage(host, 'rpm'), await standIns(host)];
  await host.run(dnf('install', ...all, await kernelPackage(host, '6.12.1')));
  assert.deepEqual(
    host.builds().filter((each) => each !== 'refresh'),
    [`kernel-hook add ${kernels.old} /lib/modules/${kernels.old}/vmlinuz ${image(kernels.old)}`],
  );
  host.fails('builds');
  const failed = await host.attempt(dnf('install', await kernelPackage(host, '6.12.2')));
  assert.match(failed.stdout + failed.stderr, /no room/);
  assert.match(failed.stdout + failed.stderr, /scriptlet failed/);
  assert.match(failed.stdout + failed.stderr, /Took 6\.12\.2-1\.fc42 out of the menu of GRUB/);
  assert.equal(host.read(entry(kernels.new)), undefined);
  assert.match(host.read(entry(kernels.old)) ?? '', /^initrd /m);
  const add = ['kernel-install', 'add', kernels.old, `/lib/modules/${kernels.old}/vmlinuz`];
  assert.equal((await host.attempt(add)).code, 1);
  assert.equal(host.read(image(kernels.old)), 'ours');
});

test('dnf: Node.js that comes back within the transaction builds what had to wait, by the file trigger', async (t) => {
  const host = await fedora(t);
  if (host === undefined) return;
  await host.run(dnf('install', await ourPackage(host, 'rpm'), await standIns(host)));
  host.builds();
  host.fails('node');
  const back = await laterPackage(host, 'rm /scratch/no-node');
  const ran = await host.run(dnf('install', await kernelPackage(host, '6.12.1'), back));
  const said = ran.stdout + ran.stderr;
  assert.match(
    said,
    /The initrd of 6\.12\.1-1\.fc42 is built at the end of this transaction/,
    said,
  );
  assert.match(said, /Building the initrd of 6\.12\.1-1\.fc42, which was put off until now/);
  assert.equal(host.read(image(kernels.old)), 'ours');
  assert.match(host.read(entry(kernels.old)) ?? '', /^initrd /m);
  assert.equal(host.builds().length, 2, 'refresh, and its one build');

  // Any package below /usr has images looked at, once there are some; a transaction without such a file does not.
  host.write('/var/lib/pkginitrd/images/one', '');
  await host.run(dnf('remove', 'later'));
  assert.deepEqual(host.builds(), ['refresh']);
});

test('With systemd-boot the entry names our image alone, and dracut does not run', async (t) => {
  const host = await fedora(t);
  if (host === undefined) return;
  host.write('/etc/kernel/install.conf', 'layout=bls\n');
  host.write('/boot/loader/entries.srel', 'type1\n');
  await host.run(dnf('install', await ourPackage(host, 'rpm'), await standIns(host)));
  await host.run(dnf('install', await kernelPackage(host, '6.12.1')));
  const token = '3a9d668b4db749398a4a5e78a03bffa5';
  const text = host.read(`/boot/loader/entries/${token}-${kernels.old}.conf`) ?? '';
  assert.deepEqual(
    text.match(/^initrd.*$/gm)?.map((line) => line.replace(/\s+/, ' ')),
    [`initrd /${token}/${kernels.old}/initrd`],
  );
  assert.equal(host.read(`/boot/${token}/${kernels.old}/initrd`), 'ours');
  assert.equal(host.read(image(kernels.old)), undefined);
  assert.equal(host.read('/scratch/dracut'), undefined);
});

test('A rescue plugin that does not ask who is chosen is masked as long as we are; the user keeps a file of that name', async (t) => {
  const host = await fedora(t);
  if (host === undefined) return;
  const plugin = '51-dracut-rescue.install';
  host.write(
    `/usr/lib/kernel/install.d/${plugin}`,
    '#!/bin/sh\ndracut rescue /boot/rescue\n',
    0o755,
  );
  const all = [await ourPackage(host, 'rpm'), await standIns(host)];
  await host.run(dnf('install', ...all, await kernelPackage(host, '6.12.1')));
  assert.equal(host.read('/boot/rescue'), undefined);
  await host.run(dnf('remove', 'pkginitrd'));
  const masks = await host.run(['ls', '/etc/kernel/install.d']);
  assert.doesNotMatch(masks.stdout, /rescue/);

  host.write(`/etc/kernel/install.d/${plugin}`, '#!/bin/sh\n# of the user\n', 0o755);
  await host.run(dnf('install', all[0] ?? ''));
  await host.run(dnf('remove', 'pkginitrd'));
  assert.match(host.read(`/etc/kernel/install.d/${plugin}`) ?? '', /of the user/);
});

test('dnf 5 and rpm 6 run the same scripts and file triggers', async (t) => {
  if (!canBuild(t) || !needsRpm(t, 'dnf5')) return;
  const host = packageHost(t, hostDirectory('dnf5'), { node: process.execPath, makes: 'words' });
  // The fixture has no systemd.
  const noted = '#!/bin/sh\necho "kernel-install $*" >>/scratch/builds\n';
  host.write('/usr/bin/kernel-install', noted, 0o755);
  // Theirs are signed.
  const dnf5 = (...args: readonly string[]) => ['dnf5', '-y', '-C', '--no-gpgchecks', ...args];
  await host.run(dnf5('install', await kernelPackage(host, '6.12.1')));
  host.builds();
  const installed = await host.run(
    dnf5('install', await ourPackage(host, 'rpm'), await standIns(host)),
  );
  assert.match(installed.stdout + installed.stderr, /pkginitrd: Chosen as initrd generator/);
  const add = `kernel-install add ${kernels.old} /usr/lib/modules/${kernels.old}/vmlinuz`;
  assert.deepEqual(host.builds(), ['refresh', add]);
  host.write('/var/lib/pkginitrd/images/one', '');
  await host.run(dnf5('install', await laterPackage(host, ':')));
  assert.deepEqual(host.builds(), ['refresh']);
  await host.run(dnf5('remove', 'pkginitrd'));
  assert.equal(host.read('/etc/kernel/install.conf'), undefined);
  assert.equal((await host.attempt(['ls', '/var/lib/pkginitrd'])).code, 2);
});

test('A kernel has a real image built within the transaction of dnf, which has its locks', async (t) => {
  const host = await fedora(t, 'images');
  if (host === undefined) return;
  const kernel = kernelBelow(join(cache, 'trixie'));
  need(t, kernel !== undefined, 'no kernel: run tests/helpers/setup.sh trixie');
  if (kernel === undefined) return;
  host.write(
    '/etc/pkginitrd/20-testrpm.conf',
    `[Match]\nDistribution=testrpm\n\n[Content]\nPackages=\n${wanted.map((name) => `  ${name}\n`).join('')}`,
  );
  await host.run(dnf('install', await ourPackage(host, 'rpm'), await standIns(host)));
  await plantModules(host, kernel);
  const { version, image } = kernel;
  const own = await kernelPackage(host, '6.12.1', { kernel: version, image });
  const installed = await host.run(dnf('install', own));
  const said = installed.stdout + installed.stderr;
  assert.match(said, /^pkginitrd: Initrd for .*: \/boot\/initramfs-.*\.img \(.*\) in \d/m, said);
  const { size, mode } = statSync(join(host.place, `boot/initramfs-${version}.img`));
  assert.ok(size > 5_000_000, `${size} bytes`);
  assert.equal(mode & 0o777, 0o600);
  assert.match(
    (await host.run(['pkginitrd', 'list', `/boot/initramfs-${version}.img`])).stdout,
    /systemd/,
  );
  const status = await host.attempt(['pkginitrd', 'status']);
  assert.equal(status.code, 0, explain([], status));
});
