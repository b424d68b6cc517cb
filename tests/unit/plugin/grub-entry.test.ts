// The entry that a vendor's plugin makes for GRUB: whose image it names, and the one of the previous image beside it.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
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

test('grub-entry withdraw removes the entry of a kernel without an image, and none that has one', (t) => {
  const root = plant(scratch(t), {
    [`${entries}/id-${kernel}.conf`]: `initrd /initramfs-${kernel}.img\n`,
    [`${entries}/id-6.1.conf`]: 'initrd /initramfs-6.1.img\n',
    'boot/initramfs-6.1.img': '',
  });
  grubEntry(root, 'withdraw', '6.1');
  grubEntry(root, 'withdraw', kernel);
  assert.deepEqual(readdirSync(join(root, entries)), ['id-6.1.conf']);
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
