// The entry that a vendor's plugin makes for GRUB: whose image it names, and the one of the previous image beside it.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { absolutePath } from '../../../src/model/brands.ts';
import { checkout } from '../../helpers/paths.ts';
import { plant, scratch, type Tree } from '../../helpers/scratch.ts';

const kernel = '6.12.1-1.fc42.x86_64';
const entries = 'boot/loader/entries';

function grubEntry(root: string, ...args: readonly string[]) {
  const script = join(checkout, 'plugin/grub-entry');
  const ran = spawnSync(script, args, { env: { ...process.env, ROOT: root }, encoding: 'utf8' });
  assert.equal(ran.status, 0, ran.stderr);
  return ran.stdout.trim();
}

const places: readonly (readonly [name: string, tree: Tree, image: string])[] = [
  [
    '/boot is a partition',
    { [`${entries}/id-${kernel}.conf`]: `initrd /initramfs-${kernel}.img $tuned_initrd\n` },
    `/boot/initramfs-${kernel}.img`,
  ],
  [
    '/boot is in a subvolume',
    { [`${entries}/id-${kernel}.conf`]: `initrd\t/root/boot/initramfs-${kernel}.img\n` },
    `/boot/initramfs-${kernel}.img`,
  ],
  ['no entries', {}, ''],
  ['an entry of another kernel', { [`${entries}/id-6.1.conf`]: 'initrd /initramfs-6.1.img\n' }, ''],
  [
    'an entry that names another file',
    { [`${entries}/id-${kernel}.conf`]: 'initrd /initramfs-6x12.1-1.fc42.x86_64.img\n' },
    '',
  ],
  ['an entry without an initrd', { [`${entries}/id-${kernel}.conf`]: 'linux /vmlinuz\n' }, ''],
];

for (const [name, tree, image] of places) {
  test(`grub-entry image: ${name}`, (t) => {
    assert.equal(grubEntry(plant(scratch(t), tree), 'image', kernel), image);
  });
}

test('grub-entry previous makes an entry that sorts after the main one, and takes it back with its image', (t) => {
  const main = `title Fedora (${kernel})\nversion ${kernel}\nlinux /vmlinuz\ninitrd /root/boot/initramfs-${kernel}.img\noptions root=x quiet\nid fedora-1\n`;
  const root = plant(scratch(t), {
    [`${entries}/id-${kernel}.conf`]: main,
    [`boot/previous-initramfs-${kernel}.img`]: 'before',
  });
  grubEntry(root, 'previous', kernel);
  const later = join(root, `${entries}/id-${kernel}~previous.conf`);
  assert.deepEqual(readFileSync(later, 'utf8').split('\n'), [
    `title Fedora (${kernel}) (previous initrd)`,
    `version ${kernel}`,
    'linux /vmlinuz',
    `initrd /root/boot/previous-initramfs-${kernel}.img`,
    'options root=x quiet pkginitrd.previous',
    'id fedora-1~previous',
    '',
  ]);
  assert.equal(readFileSync(join(root, `${entries}/id-${kernel}.conf`), 'utf8'), main);

  rmSync(join(root, `boot/previous-initramfs-${kernel}.img`));
  grubEntry(root, 'previous', kernel);
  assert.deepEqual(readdirSync(join(root, entries)), [`id-${kernel}.conf`]);
});

test('grub-entry previous removes those of kernels whose previous image had to make room, and no other', (t) => {
  const entry = (version: string): Tree => ({
    [`${entries}/id-${version}~previous.conf`]: `initrd\t/previous-initramfs-${version}.img $x\n`,
  });
  const root = plant(scratch(t), {
    ...{ ...entry('6.1'), ...entry('6.2') },
    'boot/previous-initramfs-6.2.img': '',
    [`${entries}/id-6.0~previous.conf`]: 'initrd /of-somebody-else.img\n',
  });
  grubEntry(root, 'previous', kernel);
  assert.deepEqual(readdirSync(join(root, entries)).sort(), [
    'id-6.0~previous.conf',
    'id-6.2~previous.conf',
  ]);
});

test('grub-entry previous that cannot write says so, and is no reason to fail', (t) => {
  const root = plant(scratch(t), {
    [`${entries}/id-${kernel}.conf`]: `initrd /initramfs-${kernel}.img\n`,
    [`boot/previous-initramfs-${kernel}.img`]: '',
  });
  const ran = spawnSync(join(checkout, 'plugin/grub-entry'), ['previous', kernel], {
    env: { PATH: refusing(root, 'mv'), ROOT: root },
    encoding: 'utf8',
  });
  assert.equal(ran.status, 0, ran.stderr);
  assert.match(ran.stderr, /Warning: Cannot write ".*~previous\.conf", the entry of the previous/);
  const names = readdirSync(join(root, entries));
  assert.deepEqual(
    names.filter((name) => name.endsWith('.new')),
    [],
  );
});

/** A PATH on which a program fails. */
function refusing(root: string, program: string): string {
  const directory = plant(absolutePath(join(root, 'bin')), { [program]: '#!/bin/sh\nexit 1\n' });
  chmodSync(join(directory, program), 0o755);
  return `${directory}:/usr/bin:/bin`;
}

test('grub-entry rebuild builds the image that the entry names, and leaves the rest to kernel-install where there is none', (t) => {
  const text = `title T\ninitrd /initramfs-${kernel}.img\noptions chosen by the user\n`;
  const root = plant(scratch(t), {
    [`${entries}/id-${kernel}.conf`]: text,
    [`boot/previous-initramfs-${kernel}.img`]: '',
  });
  const noting = (name: string): string => `#!/bin/sh\necho "${name} $*" >>${root}/calls\n`;
  for (const name of ['kernel-install', 'pkginitrd']) {
    plant(root, { [`bin/${name}`]: noting(name) });
    chmodSync(join(root, 'bin', name), 0o755);
  }
  const env = {
    ...{ PATH: `${root}/bin:/usr/bin:/bin`, ROOT: root },
    PKGINITRD: join(root, 'bin/pkginitrd'),
  };
  for (const version of [kernel, '6.1']) {
    const args = ['rebuild', version, `/usr/lib/modules/${version}/vmlinuz`];
    const ran = spawnSync(join(checkout, 'plugin/grub-entry'), args, { env, encoding: 'utf8' });
    assert.equal(ran.status, 0, ran.stderr);
  }
  assert.deepEqual(readFileSync(join(root, 'calls'), 'utf8').split('\n'), [
    `pkginitrd kernel-hook add ${kernel} /usr/lib/modules/${kernel}/vmlinuz /boot/initramfs-${kernel}.img`,
    'kernel-install add 6.1 /usr/lib/modules/6.1/vmlinuz',
    '',
  ]);
  assert.equal(readFileSync(join(root, entries, `id-${kernel}.conf`), 'utf8'), text);
  assert.match(
    readFileSync(join(root, entries, `id-${kernel}~previous.conf`), 'utf8'),
    /^options chosen by the user pkginitrd\.previous$/m,
  );
});

test('grub-entry withdraw removes the entries of a kernel without an image, and none that has one', (t) => {
  const root = plant(scratch(t), {
    [`${entries}/id-${kernel}~debug.conf`]: `initrd /initramfs-${kernel}.img\n`,
    [`${entries}/id-${kernel}.conf`]: `initrd /initramfs-${kernel}.img\n`,
    [`${entries}/id-6.1.conf`]: 'initrd /initramfs-6.1.img\n',
    'boot/initramfs-6.1.img': '',
  });
  grubEntry(root, 'withdraw', '6.1');
  grubEntry(root, 'withdraw', kernel);
  assert.deepEqual(readdirSync(join(root, entries)), ['id-6.1.conf']);
});

test('grub-entry remove-previous leaves the image of the generator that is chosen', (t) => {
  const root = plant(scratch(t), {
    [`boot/initramfs-${kernel}.img`]: '',
    [`boot/previous-initramfs-${kernel}.img`]: '',
    [`${entries}/id-${kernel}~previous.conf`]: '',
  });
  grubEntry(root, 'remove-previous', kernel);
  assert.deepEqual(readdirSync(join(root, 'boot')).sort(), [`initramfs-${kernel}.img`, 'loader']);
  assert.deepEqual(readdirSync(join(root, entries)), []);
});

test("grub-entry remove takes a kernel's images, and leaves other kernels'", (t) => {
  const of = (version: string): Tree => ({
    [`boot/initramfs-${version}.img`]: '',
    [`boot/previous-initramfs-${version}.img`]: '',
    [`${entries}/id-${version}~previous.conf`]: '',
    [`var/lib/pkginitrd/initramfs-${version}.img.manifest.json`]: '',
  });
  const root = plant(scratch(t), { ...of(kernel), ...of('6.1') });
  grubEntry(root, 'remove', kernel);
  const left = readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1));
  assert.deepEqual(left.sort(), Object.keys(of('6.1')).sort());
});
