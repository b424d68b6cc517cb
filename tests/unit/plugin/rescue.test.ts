// When our plugins and hooks start the program for the rescue image, and with what.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
} from 'node:fs';
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
  for (const name of ['rescue', 'grub-entry', 'unmark']) {
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
  ['a profile of a vendor does', { 'usr/lib/pkginitrd/profiles/x/a.conf': 'Rescue=yes\n' }, true],
  [
    'a profile with the name of a tree at its end does',
    { 'etc/pkginitrd/profiles/nvidia-extra/a.conf': 'Rescue=yes\n' },
    true,
  ],
  [
    'a file of a tree of mkosi’s does',
    { 'etc/pkginitrd/mkosi.extra/etc/a.conf': 'Rescue=yes\n' },
    false,
  ],
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

test('rescue without a menu looks for none in the directories of /', (t) => {
  const { run } = machineWith(t, { 'net/pkginitrd-rescue/linux': '' });
  assert.equal(run(script, ['6.1', '/boot/vmlinuz-6.1']).calls, '');
  assert.equal(run(script, ['6.1', '/boot/vmlinuz-6.1', '']).calls, '');
});

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

/** Runs the plugin after kernel-install's own one for the kernel 6.1. */
function afterwards(
  { root, run }: ReturnType<typeof machineWith>,
  layout: 'bls' | 'uki' = 'bls',
): ReturnType<typeof run> {
  plant(root, { [`staging/${layout === 'bls' ? 'initrd' : 'uki.efi'}`]: '' });
  const keep = 'usr/lib/kernel/install.d/92-pkginitrd-keep.install';
  const ran = run(keep, ['add', '6.1', join(root, 'efi/token/6.1'), '/usr/linux'], {
    KERNEL_INSTALL_LAYOUT: layout,
    KERNEL_INSTALL_INITRD_GENERATOR: 'pkginitrd',
    KERNEL_INSTALL_ENTRY_TOKEN: 'token',
    KERNEL_INSTALL_BOOT_ROOT: join(root, 'efi'),
    KERNEL_INSTALL_STAGING_AREA: join(root, 'staging'),
  });
  assert.equal(ran.status, 0, ran.stderr);
  return ran;
}

const entryOf = (kernel: string, options = 'root=x'): string =>
  `options    ${options}\nlinux      /token/${kernel}/linux\n`;

for (const [layout, text, given] of [
  ['bls', 'token-6.1.conf', 'token-6.1.conf'],
  ['bls', 'token-6.1+3.conf', 'token-6.1+3.conf'],
  ['bls', 'token-6.1+2-1.conf', 'token-6.1+2-1.conf'],
  ['uki', 'token-6.1.conf', ''],
] as const) {
  test(`The plugin after kernel-install’s own one names ${given || 'no menu'} with the layout ${layout}`, (t) => {
    const host = machineWith(t, {
      ...asked,
      [`efi/loader/entries/${text}`]: entryOf('6.1'),
      'efi/loader/entries/token-6.12.conf': entryOf('6.12'),
      'efi/loader/entries/token-6.1+.conf': entryOf('6.1+'),
      'efi/loader/entries/token-6.1+7.conf': entryOf('6.1+7'),
      'efi/loader/entries/token-6.1+deb-previous.conf': entryOf('6.1+deb'),
    });
    const path = given === '' ? '' : join(host.root, 'efi/loader/entries', given);
    assert.equal(afterwards(host, layout).calls, `kernel-rescue 6.1 /usr/linux ${path}\n`);
  });
}

for (const words of [
  'pkginitrd.rescue',
  'quiet pkginitrd.previous  splash',
  'pkginitrd.rescue pkginitrd.previous pkginitrd.rescue quiet',
]) {
  test(`The plugin after kernel-install’s own one takes our words out of the kernel’s entry: ${words}`, (t) => {
    const text = 'efi/loader/entries/token-6.1+3.conf';
    const previous = 'efi/loader/entries/token-6.1-previous.conf';
    const other = 'efi/loader/entries/token-6.1+7.conf';
    const host = machineWith(t, {
      [text]: entryOf('6.1', words),
      [previous]: entryOf('6.1', 'pkginitrd.previous'),
      [other]: entryOf('6.1+7', words),
    });
    const read = (file: string): string => readFileSync(join(host.root, file), 'utf8');
    assert.equal(afterwards(host).calls.split(' ').slice(0, 2).join(' '), 'kernel-entry after');
    assert.match(
      read(text),
      /^options    *(?:quiet)?(?: +splash)?\nlinux      \/token\/6\.1\/linux\n$/,
    );
    assert.equal(/quiet/.test(words), /quiet/.test(read(text)));
    assert.equal(read(previous), entryOf('6.1', 'pkginitrd.previous'));
    assert.equal(read(other), entryOf('6.1+7', words));
    assert.deepEqual(readdirSync(join(host.root, 'efi/loader/entries')).sort(), [
      'token-6.1+3.conf',
      'token-6.1+7.conf',
      'token-6.1-previous.conf',
    ]);
  });
}

test('unmark leaves a text that has no word of ours as it is', (t) => {
  const text = 'options pkginitrd.rescue=1 x.pkginitrd.previous\ntitle pkginitrd.rescue\n';
  const { root, run } = machineWith(t, { a: text });
  const before = statSync(join(root, 'a')).ino;
  assert.equal(run('usr/lib/pkginitrd/unmark', [join(root, 'a'), join(root, 'none')]).status, 0);
  assert.equal(readFileSync(join(root, 'a'), 'utf8'), text);
  assert.equal(statSync(join(root, 'a')).ino, before);
});

test('grub-entry names the entry of GRUB that the kernel has, and takes our words out of it', (t) => {
  const entry = 'boot/loader/entries/id-6.1.conf';
  const { root, run } = machineWith(t, {
    ...asked,
    'boot/previous-initramfs-6.1.img': '',
    [entry]: 'initrd /initramfs-6.1.img\noptions root=x pkginitrd.rescue\n',
  });
  const built = run('usr/lib/pkginitrd/grub-entry', ['rebuild', '6.1', '/usr/linux']);
  assert.equal(
    built.calls,
    `kernel-hook add 6.1 /usr/linux /boot/initramfs-6.1.img\nkernel-rescue 6.1 /usr/linux /${entry}\n`,
  );
  const options = (file: string): string =>
    /^options .*$/m.exec(readFileSync(join(root, file), 'utf8'))?.[0] ?? '';
  assert.equal(options(entry), 'options root=x');
  assert.equal(
    options(entry.replace('.conf', '~previous.conf')),
    'options root=x pkginitrd.previous',
  );
});
