// Our package for Arch Linux: what the real pacman does with it and with kernels.
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
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
import { bundle, cache } from '../../helpers/paths.ts';
import { kernelPackage, pack, standIns } from '../../helpers/pacman-package.ts';
import { explain } from '../../helpers/run.ts';
import { distribution } from './support.ts';

function canBuild(t: TestContext): boolean {
  return (
    need(t, existsSync(bundle), 'no bundle: run npm run build') &&
    need(t, existsSync('/usr/bin/bsdtar'), 'no bsdtar: run tests/helpers/setup.sh pacman')
  );
}

/** A host with mkinitcpio's hooks, told shortly. */
async function arch(
  t: TestContext,
  makes: HostShape['makes'] = 'words',
): Promise<PackageHost | undefined> {
  if (!canBuild(t)) return undefined;
  const made = await distribution(t);
  if (made === undefined) return undefined;
  const host = packageHost(t, made.host, { node: process.execPath, makes, binds });
  const configuration = readFileSync(join(made.host, 'etc/pacman.conf'), 'utf8')
    .replace(/SigLevel = .*/g, 'SigLevel = Never')
    .replace(/^(?:CheckSpace|DownloadUser.*)\n/gm, '');
  host.write('/etc/pacman.conf', configuration);
  host.link('/usr/bin/awk', 'mawk');
  host.write('/usr/share/libalpm/hooks/90-mkinitcpio-install.hook', theirHook('PostTransaction'));
  host.write('/usr/share/libalpm/hooks/60-mkinitcpio-remove.hook', theirHook('PreTransaction'));
  host.write('/usr/bin/mkinitcpio-hook', '#!/bin/sh\necho run >>/scratch/mkinitcpio\n', 0o755);
  return host;
}

// The fixture has no packages with these.
const binds = ['bwrap', 'xz', 'zstd'].flatMap((name) => [
  ...['--bind-ro', join(cache, 'trixie/usr/bin', name), `/usr/bin/${name}`],
]);

const theirHook = (when: string): string => `[Trigger]
Type = Path
Operation = Install
Operation = Upgrade
Operation = Remove
Target = usr/lib/modules/*/vmlinuz

[Action]
When = ${when}
Exec = /usr/bin/mkinitcpio-hook
`;

const mkinitcpio = (host: PackageHost): Promise<string> =>
  pack(host, { name: 'mkinitcpio', version: '1', lines: ['provides = initramfs'] });

const pacman = (...args: readonly string[]): readonly string[] => [
  'pacman',
  '--noconfirm',
  ...args,
];

function boot({ place }: PackageHost): Readonly<Record<string, string>> {
  const directory = join(place, 'boot');
  const names = readdirSync(directory).sort();
  return Object.fromEntries(
    names.map((name) => [name, readFileSync(join(directory, name), 'utf8').trim()]),
  );
}

const mask = '/etc/pacman.d/hooks/90-mkinitcpio-install.hook';
const hook = (verb: string, version: string, name = 'linux'): string =>
  `kernel-hook ${verb} ${version}-${name} /usr/lib/modules/${version}-${name}/vmlinuz /boot/initramfs-${name}.img`;

test('pacman: kernels come, are upgraded and go, each by one build of ours and none of mkinitcpio', async (t) => {
  const host = await arch(t);
  if (host === undefined) return;
  await host.run(pacman('-U', await mkinitcpio(host), await kernelPackage(host, '6.12.1')));
  assert.match(host.read('/scratch/mkinitcpio') ?? '', /run/, 'its hooks are at work');
  await host.run(['rm', '/scratch/mkinitcpio']);
  host.write('/boot/vmlinuz-linux', 'kernel 6.12.1\n');
  host.write('/boot/initramfs-linux.img', 'of mkinitcpio\n');

  // Ours: chosen, and an image for each kernel in the same transaction. What is there is kept.
  const installed = await host.run(
    pacman('-U', await standIns(host), await ourPackage(host, 'arch')),
  );
  const said = installed.stdout + installed.stderr;
  assert.match(said, /pkginitrd: Chosen as initrd generator in /);
  assert.match(said, /pkginitrd: The hooks of mkinitcpio are masked/);
  assert.deepEqual(host.builds(), ['refresh', hook('add', '6.12.1')]);
  assert.deepEqual(boot(host), {
    'initramfs-linux.img': 'ours',
    'previous-initramfs-linux.img': 'of mkinitcpio',
    'vmlinuz-linux': 'kernel 6.12.1',
  });

  // An upgrade and a second kernel in one transaction; nothing of the older kernel's is called the previous image.
  host.makes('newer');
  const both = [
    await kernelPackage(host, '6.12.2'),
    await kernelPackage(host, '6.6.1', 'linux-lts'),
  ];
  await host.run(pacman('-U', ...both));
  assert.deepEqual([...host.builds()].sort(), [
    hook('replace', '6.12.2'),
    hook('replace', '6.6.1', 'linux-lts'),
  ]);
  assert.equal(boot(host)['vmlinuz-linux'], 'kernel 6.12.2');
  assert.equal(boot(host)['initramfs-linux.img'], 'newer');

  // A build that fails: both files are what they were, and it is said.
  host.fails('builds');
  const failed = await host.attempt(pacman('-U', await kernelPackage(host, '6.12.3')));
  const words = failed.stdout + failed.stderr;
  assert.match(words, /no room/);
  assert.match(
    words,
    /The initrd of 6\.12\.3-linux was not built; what was in its place stays, image and kernel/,
  );
  assert.match(words, /command failed to execute correctly/);
  assert.equal(boot(host)['vmlinuz-linux'], 'kernel 6.12.2');
  assert.equal(boot(host)['initramfs-linux.img'], 'newer');
  host.fails('nothing');

  await host.run(pacman('-R', 'linux-lts'));
  assert.deepEqual(
    Object.keys(boot(host)).filter((name) => name.includes('lts')),
    [],
  );
  assert.equal(host.read('/scratch/mkinitcpio'), undefined);

  // Ours goes, and mkinitcpio is at work again.
  host.builds();
  const removed = await host.run(pacman('-R', 'pkginitrd'));
  assert.match(removed.stdout + removed.stderr, /"mkinitcpio -P" replaces them/);
  const found = await host.run(
    ['find', '/etc', '/usr', '/var', '/run', '-path', '/var/log', '-prune', '-o'].concat(
      ...['-name', '*pkginitrd*', '-print'],
    ),
  );
  assert.equal(found.stdout, '');
  const hooks = await host.run([
    'sh',
    '-c',
    'ls -A /etc/pacman.d/hooks /etc/kernel/install.conf || :',
  ]);
  assert.doesNotMatch(hooks.stdout, /mkinitcpio|install\.conf/);
  await host.run(pacman('-U', await kernelPackage(host, '6.12.4')));
  assert.deepEqual(host.builds(), []);
  assert.match(host.read('/scratch/mkinitcpio') ?? '', /run/);
});

test('pacman: one build for a kernel that comes with ours; Node.js that is upgraded at the same time has it wait', async (t) => {
  const host = await arch(t);
  if (host === undefined) return;
  const all = [
    await standIns(host),
    await ourPackage(host, 'arch'),
    await kernelPackage(host, '6.12.1'),
  ];
  await host.run(pacman('-U', ...all));
  assert.deepEqual(
    host.builds().filter((each) => each !== 'refresh'),
    [hook('replace', '6.12.1')],
  );

  // It works again before the last hook runs.
  host.fails('node');
  const back = await pack(host, {
    name: 'back',
    version: '1',
    files: {
      'usr/share/libalpm/hooks/94-back.hook':
        '[Trigger]\nType = Package\nOperation = Install\nTarget = back\n\n[Action]\nWhen = PostTransaction\nExec = /usr/bin/rm -f /scratch/no-node\n',
      'usr/src/module-1/dkms.conf': '',
    },
  });
  const ran = await host.run(pacman('-U', back, await kernelPackage(host, '6.12.2')));
  const said = ran.stdout + ran.stderr;
  assert.match(said, /The initrd of 6\.12\.2-linux is built once Node\.js can be run again/);
  assert.match(said, /Building the initrd of 6\.12\.2-linux, which was put off until now/);
  assert.deepEqual(host.builds(), ['refresh', hook('replace', '6.12.2')]);
  assert.equal(boot(host)['vmlinuz-linux'], 'kernel 6.12.2');

  // The sources of a DKMS module, or a package in the image: all images are looked at, once there are some.
  host.write('/var/lib/pkginitrd/images/one', '');
  await host.run(pacman('-R', 'back'));
  assert.deepEqual(host.builds(), ['refresh']);
});

test("pacman: the user's own files and choice count", async (t) => {
  const host = await arch(t);
  if (host === undefined) return;
  host.write(mask, '# of the user\n');
  const ours = [await standIns(host), await ourPackage(host, 'arch')];
  await host.run(pacman('-U', ...ours));
  assert.match(host.read(mask) ?? '', /of the user/);

  // Taken back by hand: ours is quiet, and the others are let in again.
  const conf = host.read('/etc/kernel/install.conf') ?? '';
  host.write('/etc/kernel/install.conf', `${conf.replace('=pkginitrd', '=mkinitcpio')}\n`);
  const ran = await host.run(pacman('-U', await kernelPackage(host, '6.12.1')));
  assert.match(ran.stdout + ran.stderr, /initrd generator is "mkinitcpio".*skipping/);
  assert.match(ran.stdout + ran.stderr, /run "mkinitcpio -P" now/);
  assert.deepEqual(host.builds(), []);
  await host.run(pacman('-R', 'pkginitrd', 'linux'));
  assert.match(host.read(mask) ?? '', /of the user/);
  assert.match(host.read('/etc/kernel/install.conf') ?? '', /initrd_generator=mkinitcpio/);

  // Chosen before: nothing is changed, nothing masked.
  await host.run(['rm', mask]);
  const again = await host.run(pacman('-U', ours[1] ?? ''));
  assert.match(again.stdout + again.stderr, /Not chosen: .* says initrd_generator=mkinitcpio/);
  assert.deepEqual(host.builds(), []);
  assert.equal((await host.attempt(['test', '-L', mask])).code, 1);
});

test('pacman: where the user wants entries of kernel-install, it makes and removes them', async (t) => {
  const host = await arch(t);
  if (host === undefined) return;
  host.write('/etc/kernel/install.conf', 'layout=bls\n');
  host.write('/boot/loader/entries.srel', 'type1\n');
  await host.run(pacman('-U', await standIns(host), await ourPackage(host, 'arch')));
  const entries = (): readonly string[] => readdirSync(join(host.place, 'boot/loader/entries'));
  const token = '3a9d668b4db749398a4a5e78a03bffa5';
  await host.run(pacman('-U', await kernelPackage(host, '6.12.1')));
  assert.equal(host.builds().length, 1);
  assert.deepEqual(entries(), [`${token}-6.12.1-linux.conf`]);
  assert.equal(host.read(`/boot/${token}/6.12.1-linux/initrd`), 'ours');
  await host.run(pacman('-U', await kernelPackage(host, '6.12.2')));
  assert.deepEqual(entries(), [`${token}-6.12.2-linux.conf`]);

  // An image that cannot be built, or not yet: the only entry there is stays until another one is made.
  host.fails('builds');
  await host.attempt(pacman('-U', await kernelPackage(host, '6.12.3')));
  assert.deepEqual(entries(), [`${token}-6.12.2-linux.conf`]);
  host.fails('node');
  const later = await host.run(pacman('-U', await kernelPackage(host, '6.12.4')));
  assert.match(
    later.stdout + later.stderr,
    /6\.12\.4-linux is built at the end of this transaction/,
  );
  assert.deepEqual(entries(), [`${token}-6.12.2-linux.conf`]);
  assert.equal(host.read(`/boot/${token}/6.12.2-linux/initrd`), 'ours');
  assert.equal((await host.run(['ls', '/var/lib/pkginitrd/waiting'])).stdout, '6.12.4-linux\n');
  host.fails('nothing');
  await host.run(['pkginitrd', 'refresh']);
  assert.deepEqual(entries(), [`${token}-6.12.4-linux.conf`]);
  await host.run(pacman('-R', 'linux'));
  assert.deepEqual(entries(), []);
  assert.equal(host.read('/boot/initramfs-linux.img'), undefined);
});

test('pacman: where mkinitcpio writes what a boot loader reads elsewhere, nothing is chosen; by hand it is, and back again', async (t) => {
  const host = await arch(t);
  if (host === undefined) return;
  host.write('/etc/mkinitcpio.d/linux.preset', 'default_uki="/efi/EFI/Linux/arch-linux.efi"\n');
  await host.run(pacman('-U', await mkinitcpio(host), await kernelPackage(host, '6.12.1')));
  const ran = await host.run(pacman('-U', await standIns(host), await ourPackage(host, 'arch')));
  assert.match(ran.stdout + ran.stderr, /Not chosen: mkinitcpio has "\/efi\/EFI\/Linux\/arch/);
  await host.run(['rm', '/scratch/mkinitcpio']);
  await host.run(pacman('-U', await kernelPackage(host, '6.12.2')));
  assert.match(host.read('/scratch/mkinitcpio') ?? '', /run/);
  assert.deepEqual(host.builds(), []);

  const generator = '/usr/lib/pkginitrd/generator';
  await host.run([generator, 'choose']);
  await host.run(['rm', '/scratch/mkinitcpio']);
  await host.run(pacman('-U', await kernelPackage(host, '6.12.3')));
  assert.deepEqual(host.builds(), [hook('replace', '6.12.3')]);
  assert.equal(host.read('/scratch/mkinitcpio'), undefined);

  await host.run([generator, 'unchoose']);
  await host.run(pacman('-U', await kernelPackage(host, '6.12.4')));
  assert.deepEqual(host.builds(), []);
  assert.match(host.read('/scratch/mkinitcpio') ?? '', /run/);
});

test('pacman: a /boot that fstab has and nobody has mounted is refused before the build', async (t) => {
  const host = await arch(t);
  if (host === undefined) return;
  await host.run(pacman('-U', await standIns(host), await ourPackage(host, 'arch')));
  host.write('/etc/fstab', 'LABEL=ESP /boot vfat defaults 0 2\n');
  const install = pacman('-U', await kernelPackage(host, '6.12.1')).join(' ');
  const ran = await host.attempt(['sh', '-c', `umount /boot && ${install}`]);
  assert.match(
    ran.stdout + ran.stderr,
    /Cannot write to \/boot: it is in \/etc\/fstab and not mounted/,
  );
  assert.deepEqual(host.builds(), []);
});

test('A kernel has a real image built within the transaction of pacman, which has its lock', async (t) => {
  const host = await arch(t, 'images');
  if (host === undefined) return;
  const real = kernelBelow(join(cache, 'trixie'));
  need(t, real !== undefined, 'no kernel: run tests/helpers/setup.sh trixie');
  if (real === undefined) return;
  await host.run(pacman('-U', await standIns(host), await ourPackage(host, 'arch')));
  await plantModules(host, real);
  const modules = `usr/lib/modules/${real.version}`;
  const own = await pack(host, {
    ...{ name: 'linux', version: '6.12' },
    files: { [`${modules}/vmlinuz`]: readFileSync(real.image), [`${modules}/pkgbase`]: 'linux\n' },
  });
  const installed = await host.run(pacman('-U', own));
  const said = installed.stdout + installed.stderr;
  assert.match(said, /^pkginitrd: Initrd for .*: \/boot\/initramfs-linux\.img \(.*\) in \d/m, said);
  const { size, mode } = statSync(join(host.place, 'boot/initramfs-linux.img'));
  assert.ok(size > 5_000_000, `${size} bytes`);
  assert.equal(mode & 0o777, 0o600);
  const kernelInBoot = readFileSync(join(host.place, 'boot/vmlinuz-linux'));
  assert.ok(kernelInBoot.equals(readFileSync(real.image)));
  const status = await host.attempt(['pkginitrd', 'status']);
  assert.equal(status.code, 0, explain([], status));
});
