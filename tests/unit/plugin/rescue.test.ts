// When our plugins and hooks start the program for the rescue image, and with what.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { checkout } from '../../helpers/paths.ts';
import { plant, scratch, type Tree } from '../../helpers/scratch.ts';

/** A machine with our scripts, whose program notes what it is called with and ends with a code. */
function machineWith(t: TestContext, tree: Tree, code = 0) {
  const root = plant(scratch(t), {
    'usr/lib/kernel/install.d': null,
    'usr/bin/pkginitrd': `#!/bin/sh\necho "$*" >>"$ROOT/calls"\nexit ${code}\n`,
    ...tree,
  });
  for (const name of ['rescue', 'grub-entry']) {
    plant(root, { [`usr/lib/pkginitrd/${name}`]: '' });
    cpSync(join(checkout, 'plugin', name), join(root, 'usr/lib/pkginitrd', name));
    chmodSync(join(root, 'usr/lib/pkginitrd', name), 0o755);
  }
  chmodSync(join(root, 'usr/bin/pkginitrd'), 0o755);
  const keep = join(root, 'usr/lib/kernel/install.d/92-pkginitrd-keep.install');
  cpSync(join(checkout, 'plugin/89-pkginitrd-keep.install'), keep);
  const run = (script: string, args: readonly string[], env: Record<string, string> = {}) => {
    const ran = spawnSync(join(root, script), args, {
      env: {
        PATH: '/usr/bin:/bin',
        ROOT: root,
        PKGINITRD: join(root, 'usr/bin/pkginitrd'),
        ...env,
      },
      encoding: 'utf8',
    });
    const calls = join(root, 'calls');
    return { ...ran, calls: existsSync(calls) ? readFileSync(calls, 'utf8') : '' };
  };
  return { root, run };
}

const script = 'usr/lib/pkginitrd/rescue';
const menu = '/boot/grub/grub.cfg';

const trees: readonly (readonly [name: string, tree: Tree, isRun: boolean])[] = [
  ['nobody speaks of it', { 'etc/pkginitrd/a.conf': '[Output]\n# Rescue=yes\n' }, false],
  ['a drop-in of the user does', { 'etc/pkginitrd/a.conf': '[Output]\n  Rescue = yes\n' }, true],
  ['a drop-in of a vendor does', { 'usr/lib/pkginitrd/a.conf': 'Rescue=yes\n' }, true],
  ['a profile does', { 'usr/local/lib/pkginitrd/profiles/x/a.conf': 'Rescue=yes\n' }, true],
  ['a file for the image does', { 'etc/pkginitrd/extra/etc/a.conf': 'Rescue=yes\n' }, false],
  ['one is in /boot', { 'boot/pkginitrd-rescue/linux': '' }, true],
  ['one is beside the kernels of an entry', { 'boot/token/pkginitrd-rescue/linux': '' }, true],
];

for (const [name, tree, isRun] of trees) {
  test(`rescue where ${name}: ${isRun ? 'the program is asked' : 'nothing is run'}`, (t) => {
    const { run } = machineWith(t, tree);
    const { status, calls } = run(script, ['6.1', '/boot/vmlinuz-6.1', menu]);
    assert.equal(status, 0);
    assert.equal(calls, isRun ? `kernel-rescue 6.1 /boot/vmlinuz-6.1 ${menu}\n` : '');
  });
}

test('rescue follows a link to a drop-in', (t) => {
  const { root, run } = machineWith(t, { 'etc/pkginitrd': null, 'opt/a.conf': 'Rescue=yes\n' });
  symlinkSync('../../opt/a.conf', join(root, 'etc/pkginitrd/a.conf'));
  assert.match(run(script, ['6.1', '/boot/vmlinuz-6.1', menu]).calls, /^kernel-rescue /);
});

test('rescue whose program fails is no reason to fail', (t) => {
  const { run } = machineWith(t, { 'etc/pkginitrd/a.conf': 'Rescue=yes\n' }, 1);
  const { status, stderr } = run(script, ['6.1', '/boot/vmlinuz-6.1', menu]);
  assert.equal(status, 0);
  assert.match(stderr, /Warning: The rescue image was not looked after/);
});

const asked: Tree = { 'etc/pkginitrd/a.conf': 'Rescue=yes\n' };

for (const [layout, staged, text, given] of [
  ['bls', 'initrd', 'token-6.1.conf', 'token-6.1.conf'],
  ['bls', 'initrd', 'token-6.1+3.conf', 'token-6.1+3.conf'],
  ['uki', 'uki.efi', 'token-6.1.conf', ''],
] as const) {
  test(`The plugin after kernel-install’s own one names ${given || 'no menu'} with the layout ${layout}`, (t) => {
    const { root, run } = machineWith(t, {
      ...asked,
      [`staging/${staged}`]: '',
      [`efi/loader/entries/${text}`]: '',
      'efi/loader/entries/token-6.12.conf': '',
    });
    const { status, calls, stderr } = run(
      'usr/lib/kernel/install.d/92-pkginitrd-keep.install',
      ['add', '6.1', join(root, 'efi/token/6.1'), '/usr/linux'],
      {
        KERNEL_INSTALL_LAYOUT: layout,
        KERNEL_INSTALL_INITRD_GENERATOR: 'pkginitrd',
        KERNEL_INSTALL_ENTRY_TOKEN: 'token',
        KERNEL_INSTALL_BOOT_ROOT: join(root, 'efi'),
        KERNEL_INSTALL_STAGING_AREA: join(root, 'staging'),
      },
    );
    assert.equal(status, 0, stderr);
    const path = given === '' ? '' : join(root, 'efi/loader/entries', given);
    assert.equal(calls, `kernel-rescue 6.1 /usr/linux ${path}\n`);
  });
}

test('grub-entry names the entry of GRUB that the kernel has', (t) => {
  const entry = 'boot/loader/entries/id-6.1.conf';
  const { run } = machineWith(t, { ...asked, [entry]: 'initrd /initramfs-6.1.img\n' });
  const built = run('usr/lib/pkginitrd/grub-entry', ['rebuild', '6.1', '/usr/linux']);
  assert.equal(
    built.calls,
    `kernel-hook add 6.1 /usr/linux /boot/initramfs-6.1.img\nkernel-rescue 6.1 /usr/linux /${entry}\n`,
  );
});
