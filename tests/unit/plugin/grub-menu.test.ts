// The scripts in /etc/grub.d, beside a 10_linux that lists kernels as Debian's does.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { checkout } from '../../helpers/paths.ts';
import { plant, scratch, type Tree } from '../../helpers/scratch.ts';

/** A kernel's entry in the submenu; one without an initrd is given its root by the device's name. */
function listed(version: string, initrd = `/initrd.img-${version}`): string {
  return `	menuentry 'Debian GNU/Linux, with Linux ${version}' --class debian $menuentry_id_option 'gnulinux-${version}-advanced-probed' {
		savedefault
		load_video
		search --no-floppy --fs-uuid --set=root probed
		echo	'Loading Linux ${version} ...'
		linux	/vmlinuz-${version} root=${initrd === '' ? '/dev/sda1' : 'UUID=probed'} ro quiet ${''}
${initrd === '' ? '' : `		echo	'Loading initial ramdisk ...'\n		initrd	/ucode.img ${initrd}\n`}	}
`;
}

const simple = (version: string): string =>
  listed(version).replace('-advanced-', '-simple-').replace(`, with Linux ${version}`, '');
const menuOf = (...entries: readonly string[]): string =>
  `${entries[0] === undefined ? '' : simple('6.2')}submenu 'Advanced' {\n${entries.join('')}}\n`;

const rescue: Tree = {
  'boot/grub/pkginitrd-rescue.cfg': "set pkginitrd_rescue_initrd='initrd-6.1-0123456789abcdef'\n",
};

const rescueEntry = `if [ -f $prefix/pkginitrd-rescue.cfg ]; then
source $prefix/pkginitrd-rescue.cfg
menuentry 'Debian GNU/Linux, with Linux '"$pkginitrd_rescue_version"' (rescue initrd)' --class debian $menuentry_id_option 'pkginitrd-rescue' {
	source $prefix/pkginitrd-rescue.cfg
	load_video
	search --no-floppy --fs-uuid --set=root probed
	linux	/pkginitrd-rescue/$pkginitrd_rescue_linux root=UUID=probed ro quiet pkginitrd.rescue
	initrd	/pkginitrd-rescue/$pkginitrd_rescue_initrd
}
fi
`;

/** Runs our scripts as grub-mkconfig does, with what 10_linux lists. */
function made(t: TestContext, tree: Tree, list: string) {
  const root = plant(scratch(t), { 'etc/grub.d': null, ...tree, list });
  const script = (name: string): string => join(root, 'etc/grub.d', name);
  writeFileSync(script('10_linux'), '#!/bin/sh\ncat "$ROOT/list"\n');
  cpSync(join(checkout, 'plugin/debian/grub'), script('11_pkginitrd'));
  cpSync(join(checkout, 'plugin/debian/grub-rescue'), script('45_pkginitrd'));
  chmodSync(script('10_linux'), 0o755);
  const [previous, last] = ['11_pkginitrd', '45_pkginitrd'].map((name) => {
    const ran = spawnSync(script(name), {
      env: { PATH: '/usr/bin:/bin', ROOT: root },
      encoding: 'utf8',
    });
    assert.equal(ran.status, 0, ran.stderr);
    return ran;
  });
  return { previous: previous?.stdout, rescue: last?.stdout, said: last?.stderr };
}

for (const [name, list] of [
  ['a kernel', menuOf(listed('6.1'))],
  ['two kernels', menuOf(listed('6.2'), listed('6.1'))],
  ['first a kernel without an initrd', menuOf(listed('6.2', ''), listed('6.1'))],
] as const) {
  test(`The rescue image has the entry of a kernel with an initrd, and no boot of it is remembered: ${name}`, (t) => {
    const { rescue: entry, previous, said } = made(t, rescue, list);
    assert.equal(entry, rescueEntry);
    assert.equal(previous, '');
    assert.match(said ?? '', /^Found rescue initrd image: \/boot\/pkginitrd-rescue\/initrd-6\.1-/);
  });
}

for (const [name, today] of [
  ['it had one', rescueEntry],
  ['a kernel had one', menuOf(listed('6.2', ''), listed('6.1'))],
] as const) {
  for (const left of [menuOf(), menuOf(listed('6.3', '')), '']) {
    test(`The rescue image has the entry of today's menu where no kernel with an initrd is left: ${name}, ${left.length}`, (t) => {
      const tree = { ...rescue, 'boot/grub/grub.cfg': `# Menu\n${today}# End\n` };
      assert.equal(made(t, tree, left).rescue, rescueEntry);
    });
  }
}

test('A rescue image that can have no entry is a warning, and without one nothing is said', (t) => {
  const none = made(t, rescue, menuOf(listed('6.3', '')));
  assert.equal(none.rescue, '');
  assert.match(none.said ?? '', /^Warning: The rescue initrd has no entry/);
  assert.deepEqual(made(t, {}, menuOf(listed('6.1'))), { previous: '', rescue: '', said: '' });
});

test('Previous images have a submenu, and no boot of one is remembered', (t) => {
  const { previous, rescue: none } = made(
    t,
    { 'boot/previous-initrd.img-6.1': '' },
    menuOf(listed('6.2'), listed('6.1')),
  );
  assert.equal(none, '');
  assert.match(
    previous ?? '',
    /^submenu 'Previous initrds' .*\n\tmenuentry '[^']* 6\.1 \(previous initrd\)' .*'gnulinux-6\.1-previous-probed' \{/,
  );
  assert.match(
    previous ?? '',
    /\tlinux\t\/vmlinuz-6\.1 .* pkginitrd\.previous\n.*\n\t\tinitrd\t\/ucode\.img \/previous-initrd\.img-6\.1\n/,
  );
  assert.doesNotMatch(previous ?? '', /savedefault|6\.2/);
});
