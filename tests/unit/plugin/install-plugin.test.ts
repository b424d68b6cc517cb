// Our plugin of kernel-install where kernel-install has no place for an initrd: who takes it, and how.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { checkout } from '../../helpers/paths.ts';
import { plant, scratch, type Tree } from '../../helpers/scratch.ts';

const name = '52-pkginitrd.install';

/** Runs the plugin in a tree; our program notes what it is called with. */
function add(t: TestContext, layout: string, tree: Tree) {
  const root = plant(scratch(t), {
    'usr/lib/pkginitrd': null,
    'usr/lib/kernel/install.d': null,
    ...tree,
  });
  const directory = join(root, 'usr/lib/kernel/install.d');
  const scripts = { [name]: directory, 'grub-entry': join(root, 'usr/lib/pkginitrd') };
  for (const [script, to] of Object.entries(scripts)) {
    cpSync(join(checkout, 'plugin', script), join(to, script));
    chmodSync(join(to, script), 0o755);
  }
  for (const program of ['builder', 'usr/bin/pkginitrd']) {
    plant(root, { [program]: `#!/bin/sh\necho "$*" >>${root}/calls\n` });
    chmodSync(join(root, program), 0o755);
  }
  if (tree[broken] !== undefined) {
    // It knows the image, and can do nothing else.
    plant(root, {
      'usr/lib/pkginitrd/grub-entry':
        '#!/bin/sh\n[ "$1" = image ] || exit 1\necho /boot/initramfs-6.12.img\n',
    });
  }
  if (tree[sdbootutil] !== undefined) chmodSync(join(root, sdbootutil), 0o755);
  const env = {
    ...{ PATH: '/usr/bin:/bin', ROOT: root, PKGINITRD: join(root, 'builder') },
    ...{ KERNEL_INSTALL_INITRD_GENERATOR: 'pkginitrd', KERNEL_INSTALL_LAYOUT: layout },
    ...{ KERNEL_INSTALL_VERBOSE: '1' },
  };
  const args = ['add', '6.12', '/boot/token/6.12', join(root, 'modules/vmlinuz')];
  const ran = spawnSync(join(directory, name), args, { env, encoding: 'utf8' });
  const calls = join(root, 'calls');
  return { ...ran, root, calls: existsSync(calls) ? readFileSync(calls, 'utf8') : '' };
}

const broken = 'usr/lib/pkginitrd/fails';
const sdbootutil = 'usr/lib/kernel/install.d/50-sdbootutil.install';
const grub = 'boot/loader/entries/id-6.12.conf';

test('An image goes to /boot where an entry of GRUB names one there, with its previous one', (t) => {
  const tree = {
    [grub]: 'title T\ninitrd /initramfs-6.12.img\n',
    'boot/previous-initramfs-6.12.img': '',
  };
  const { status, calls, root, stderr } = add(t, 'other', tree);
  assert.equal(status, 0, stderr);
  assert.match(
    calls,
    /^kernel-hook add 6\.12 \S+\/modules\/vmlinuz \/boot\/initramfs-6\.12\.img\n$/,
  );
  assert.ok(existsSync(join(root, 'boot/loader/entries/id-6.12~previous.conf')));
});

test('An image that is in its place is no failure where the entry of the previous one cannot be made', (t) => {
  const tree = { [grub]: 'initrd /initramfs-6.12.img\n', [broken]: '' };
  const { status, calls } = add(t, 'other', tree);
  assert.match(calls, /^kernel-hook add /);
  assert.equal(status, 0);
});

for (const [generator, layout, done] of [
  ['pkginitrd', 'other', 'remove 6.12\n'],
  ['dracut', 'other', 'remove-previous 6.12\n'],
  ['dracut', 'grub2', 'remove-previous 6.12\n'],
  ['pkginitrd', 'bls', ''],
  ['dracut', 'bls', ''],
] as const) {
  test(`A kernel that goes under ${generator} with the layout ${layout} takes along: ${done}`, (t) => {
    const root = plant(scratch(t), {
      'usr/lib/kernel/install.d': null,
      'usr/lib/pkginitrd/grub-entry': '#!/bin/sh\necho "$*"\n',
    });
    const plugin = join(root, 'usr/lib/kernel/install.d/89-pkginitrd-keep.install');
    cpSync(join(checkout, 'plugin/89-pkginitrd-keep.install'), plugin);
    for (const each of [plugin, join(root, 'usr/lib/pkginitrd/grub-entry')]) chmodSync(each, 0o755);
    const env = {
      ...{ PATH: '/usr/bin:/bin', KERNEL_INSTALL_INITRD_GENERATOR: generator },
      KERNEL_INSTALL_LAYOUT: layout,
    };
    const ran = spawnSync(plugin, ['remove', '6.12', '/boot/x'], { env, encoding: 'utf8' });
    assert.equal(ran.status, 0, ran.stderr);
    assert.equal(ran.stdout, done);
  });
}

test('Without such an entry, and with an entry of kernel-install, it goes the way of kernel-install', (t) => {
  assert.match(add(t, 'other', {}).calls, /^kernel-install add /);
  const tree = { [grub]: 'initrd /initramfs-6.12.img\n' };
  assert.match(add(t, 'bls', tree).calls, /^kernel-install add /);
});

test('Where sdbootutil makes the entries an image would be thrown away, and none is built', (t) => {
  const { status, calls, stderr } = add(t, 'bls', { [sdbootutil]: '#!/bin/sh\n' });
  assert.equal(status, 1);
  assert.equal(calls, '');
  assert.match(stderr, /Cannot add an initrd: sdbootutil makes the boot entries.*\n.*NOTES/);
  const taken = add(t, 'bls', { [sdbootutil]: '#!/bin/sh\n', 'modules/initrd': '' });
  assert.equal(taken.status, 0);
  assert.equal(taken.calls, '');
  assert.match(taken.stderr, /sdbootutil has taken the prebuilt/);
});
