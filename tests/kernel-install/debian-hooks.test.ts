// Our hooks of Debian's kernel packages and our update-initramfs, beside the real scripts of the boot loaders.
import assert from 'node:assert/strict';
import test, { type TestContext } from 'node:test';
import { type DebianBoot, type Shape, debianBoot } from '../helpers/debian-boot.ts';
import { explain, type Ran } from '../helpers/run.ts';

const grub: Shape = {
  packages: ['linux-base'],
  systemdBoot: false,
  hooks: true,
  generator: 'pkginitrd',
  boot: { 'grub/grub.cfg': 'menu' },
};
const esp: Shape = {
  ...grub,
  packages: ['linux-base', 'systemd-boot', 'systemd-boot-tools'],
  systemdBoot: true,
  boot: {},
};
const both: Shape = { ...esp, boot: grub.boot ?? {} };

/** Debian 13 with boot loaders' hooks that note what they find. */
async function debian(t: TestContext, shape: Shape): Promise<DebianBoot | undefined> {
  const machine = await debianBoot(t, 'trixie', shape);
  if (machine === undefined) return undefined;
  const note = (name: string) =>
    `#!/bin/sh\necho "${name}: $1 $2 $(cat /boot/initrd.img-$1 2>/dev/null)" >>/scratch/notes\n`;
  const { host } = machine;
  // The hook is run for a machine with another boot loader, too, and looks for itself.
  host.write('/etc/kernel/postinst.d/zz-update-grub', note('grub'), 0o755);
  host.write('/etc/initramfs/post-update.d/loader', note('update'), 0o755);
  return machine;
}

async function notes(machine: DebianBoot): Promise<readonly string[]> {
  const { stdout } = await machine.run(['sh', '-c', 'cat /scratch/notes; rm -f /scratch/notes']);
  return stdout.trim().split('\n');
}

test('A kernel package with GRUB: /boot/initrd.img is there before its menu is made', async (t) => {
  const machine = await debian(t, grub);
  if (machine === undefined) return;
  const { version } = machine;
  const initrd = `initrd.img-${version}`;
  ok(await machine.kernelHooks('postinst', 'configure'));
  assert.equal(machine.builds(), 1);
  assert.equal(machine.boot(initrd), 'ours');
  assert.deepEqual(await notes(machine), [
    `update: ${version} /boot/${initrd} ours`,
    `grub: ${version} /boot/vmlinuz-${version} ours`,
  ]);

  // Neither another of the script's calls nor a kernel that needs none.
  ok(await machine.kernelHooks('postinst', 'abort-upgrade 6.12'));
  ok(await machine.run(hook('postinst', version), { INITRD: 'No' }));
  assert.equal(machine.builds(), 0);

  ok(await machine.kernelHooks('postrm', 'purge'));
  assert.equal(machine.boot(initrd), 'ours');
  ok(await machine.kernelHooks('postrm', 'remove'));
  assert.equal(machine.boot(initrd), undefined);
});

test('A build that fails fails the kernel package, and the old image stays', async (t) => {
  const machine = await debian(t, grub);
  if (machine === undefined) return;
  const { version } = machine;
  ok(await machine.run(['sh', '-c', `echo old >/boot/initrd.img-${version}; : >/scratch/broken`]));
  machine.host.write('/usr/bin/pkginitrd', '#!/bin/sh\necho no room >&2\nexit 1\n', 0o755);
  const failed = await machine.kernelHooks('postinst', 'configure');
  assert.notEqual(failed.code, 0);
  assert.match(failed.stderr, /no room/);
  assert.equal(machine.boot(`initrd.img-${version}`), 'old');
});

test('The menu of GRUB is made anew for the first previous image and for one that is gone; it goes with its kernel', async (t) => {
  const machine = await debian(t, grub);
  if (machine === undefined) return;
  const { version, host } = machine;
  const previous = `previous-initrd.img-${version}`;
  host.write(
    '/usr/sbin/update-grub',
    '#!/bin/sh\necho menu >>/scratch/menus\nls /boot/initrd* /boot/previous* >/boot/grub/grub.cfg\n',
    0o755,
  );
  ok(await machine.run(['sh', '-c', `echo theirs >/boot/initrd.img-${version}`]));
  ok(await machine.run(['update-initramfs', '-u']));
  ok(await machine.run(['update-initramfs', '-u']));
  assert.equal(ok(await machine.run(['cat', '/scratch/menus'])).stdout, 'menu\n');
  // One that had to make room.
  ok(await machine.run(['sh', '-c', 'echo /previous-initrd.img-6.0 >>/boot/grub/grub.cfg']));
  ok(await machine.run(['update-initramfs', '-u']));
  assert.equal(ok(await machine.run(['cat', '/scratch/menus'])).stdout, 'menu\nmenu\n');
  ok(await machine.run(['update-initramfs', '-d', '-k', version]));
  assert.deepEqual(
    [machine.boot(`initrd.img-${version}`), machine.boot(previous)],
    [undefined, undefined],
  );
});

test('With systemd-boot one build goes to the ESP alone', async (t) => {
  const machine = await debian(t, esp);
  if (machine === undefined) return;
  const { version } = machine;
  ok(await machine.kernelHooks('postinst', 'configure'));
  assert.equal(machine.builds(), 1);
  assert.deepEqual(machine.entry(), ['initrd: ours']);
  assert.equal(machine.boot(`initrd.img-${version}`), undefined);
  ok(await machine.run(['update-initramfs', '-u']));
  assert.equal(machine.builds(), 1);
  assert.deepEqual(machine.entry(), ['initrd: ours']);
  ok(await machine.kernelHooks('postrm', 'remove'));
  assert.deepEqual(machine.entry(), []);
});

test('With GRUB and systemd-boot one build goes to both', async (t) => {
  const machine = await debian(t, both);
  if (machine === undefined) return;
  const initrd = `initrd.img-${machine.version}`;
  const everywhere = () => [machine.builds(), machine.boot(initrd), ...machine.entry()];
  ok(await machine.kernelHooks('postinst', 'configure'));
  assert.deepEqual(everywhere(), [1, 'ours', 'initrd: ours']);
  ok(await machine.run(['update-initramfs', '-u']));
  assert.deepEqual(everywhere(), [1, 'ours', 'initrd: ours']);
  // By hand, kernel-install builds: what was built before may be older than the settings.
  ok(
    await machine.run([
      'kernel-install',
      'add',
      machine.version,
      `/boot/vmlinuz-${machine.version}`,
    ]),
  );
  assert.equal(machine.builds(), 1);
});

test('The hook that initramfs-tools of Debian 12 left behind makes no second build', async (t) => {
  const machine = await debianBoot(t, 'machine', {
    ...grub,
    packages: ['linux-base', 'initramfs-tools'],
  });
  if (machine === undefined) return;
  ok(await machine.kernelHooks('postinst', 'configure'));
  assert.equal(machine.builds(), 1);
  ok(await machine.kernelHooks('postrm', 'remove'));
  assert.equal(machine.boot(`initrd.img-${machine.version}`), undefined);
});

test('Another generator in the configuration keeps hooks and update-initramfs out', async (t) => {
  const machine = await debian(t, { ...grub, generator: 'dracut' });
  if (machine === undefined) return;
  const hooks = ok(await machine.kernelHooks('postinst', 'configure'));
  assert.match(hooks.stderr, /The initrd generator is "dracut" in kernel-install's configuration/);
  ok(await machine.run(['update-initramfs', '-c', '-k', 'all']));
  assert.equal(machine.builds(), 0);
});

test('update-initramfs knows the options of initramfs-tools', async (t) => {
  const machine = await debian(t, grub);
  if (machine === undefined) return;
  const { version, host } = machine;
  const other = '6.99.9-other';
  ok(await machine.run(['sh', '-c', `echo kernel >/boot/vmlinuz-${other}`]));
  const update = (...options: readonly string[]) => machine.run(['update-initramfs', ...options]);
  const images = () => [version, other].map((each) => machine.boot(`initrd.img-${each}`) ?? '-');

  ok(await update('-u'));
  assert.deepEqual([machine.builds(), images()], [0, ['-', '-']], 'no kernel has an image yet');
  ok(await update('-c', '-k', version));
  assert.deepEqual([machine.builds(), images()], [1, ['ours', '-']]);
  ok(await update('-u'));
  assert.deepEqual([machine.builds(), images()], [1, ['ours', '-']], 'the newest with an image');
  ok(await update('-ck', 'all'));
  assert.deepEqual([machine.builds(), images()], [2, ['ours', 'ours']]);
  ok(await update('-u', '-k', 'all', '-v'));
  assert.equal(machine.builds(), 2);
  ok(await update('-u', '-s', '1'));
  assert.equal(machine.builds(), 0, 'newer than 1970');
  ok(await update('-d', '-k', other, '-b', '/boot'));
  assert.deepEqual(images(), ['ours', '-']);
  assert.match(ok(await update('--version')).stdout, /^pkginitrd /);
  for (const wrong of [
    [],
    ['-c'],
    ['-d'],
    ['-u', 'extra'],
    ['-u', '-s', 'x'],
    ['-u', '-b', '/none'],
  ]) {
    const refused = await update(...wrong);
    assert.equal(refused.code, 2, wrong.join(' '));
    assert.match(refused.stderr, /Usage: update-initramfs/);
  }

  host.write('/etc/initramfs-tools/update-initramfs.conf', 'update_initramfs=no\n');
  assert.match(ok(await update('-u')).stdout, /update_initramfs=no/);
  assert.equal(machine.builds(), 0);
});

test('What packages ask for in one transaction is built once, at its end', async (t) => {
  const machine = await debian(t, grub);
  if (machine === undefined) return;
  const { version, host } = machine;
  const other = '6.99.9-other';
  ok(await machine.run(['sh', '-c', `echo kernel >/boot/vmlinuz-${other}`]));
  ok(await machine.run(['update-initramfs', '-c', '-k', 'all']));
  machine.builds();
  host.write('/usr/bin/dpkg-trigger', '#!/bin/sh\necho "$@" >>/scratch/triggers\n', 0o755);
  // As plymouth and udev do.
  const script = async (...options: readonly string[]) => {
    const update = ['update-initramfs', '-u', ...options];
    return ok(await machine.run(update, { DPKG_MAINTSCRIPT_PACKAGE: 'udev' })).stdout;
  };
  const trigger = async () => ok(await machine.run(['update-initramfs', '-u', '-k', 'deferred']));
  assert.match(await script(), /deferring update/);
  assert.match(await script('-k', version), /deferring update/);
  assert.equal(machine.builds(), 0);
  await trigger();
  assert.equal(machine.builds(), 2, 'the newest and the named one');
  await script('-k', 'all');
  await script();
  await script('-k', other);
  await trigger();
  assert.equal(machine.builds(), 2);
  await trigger();
  assert.equal(machine.builds(), 1, 'triggered by somebody else: the newest');
  const triggers = ok(await machine.run(['sort', '-u', '/scratch/triggers'])).stdout;
  assert.equal(triggers, '--no-await update-initramfs\n');
});

for (const [where, shape] of [
  ['GRUB', grub],
  ['systemd-boot', esp],
] as const) {
  test(`A program that cannot run is tried again at the end of the transaction: ${where}`, async (t) => {
    const machine = await debian(t, shape);
    if (machine === undefined) return;
    const { version, host } = machine;
    const isThere = () =>
      shape === grub ? machine.boot(`initrd.img-${version}`) : machine.entry().join();
    host.write('/usr/bin/dpkg-trigger', '#!/bin/sh\necho "$@" >>/scratch/triggers\n', 0o755);
    ok(await machine.run(['sh', '-c', ': >/scratch/no-node']));
    // By hand nobody would try again.
    const byHand = await machine.run(['update-initramfs', '-c', '-k', version]);
    assert.notEqual(byHand.code, 0);

    const hooks = await machine.run(
      ['run-parts', '--exit-on-error', `--arg=${version}`, `--arg=/boot/vmlinuz-${version}`].concat(
        '/etc/kernel/postinst.d',
      ),
      { DEB_MAINT_PARAMS: 'configure', DPKG_MAINTSCRIPT_PACKAGE: 'linux-image' },
    );
    ok(hooks);
    assert.match(hooks.stderr, /is built at the end of this transaction/);
    assert.ok([undefined, ''].includes(isThere()));
    assert.equal(
      ok(await machine.run(['sort', '-u', '/scratch/triggers'])).stdout,
      '--no-await update-initramfs\n',
    );
    ok(await machine.run(['rm', '/scratch/no-node']));
    ok(await machine.run(['update-initramfs', '-u', '-k', 'deferred']));
    assert.match(isThere() ?? '', /ours/);
  });
}

function hook(script: string, version: string): readonly string[] {
  return [`/etc/kernel/${script}.d/pkginitrd`, version, `/boot/vmlinuz-${version}`];
}

function ok(ran: Ran): Ran {
  assert.equal(ran.code, 0, explain([], ran));
  return ran;
}
