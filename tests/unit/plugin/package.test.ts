// What the scripts of all our packages have in common: the choice, the first images, the masks, and how they go.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, lstatSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { checkout } from '../../helpers/paths.ts';
import { plant, scratch, type Tree } from '../../helpers/scratch.ts';

/** A system with our scripts, whose `package` is run. */
function system(t: TestContext, tree: Tree) {
  const root = plant(scratch(t), { 'usr/lib/pkginitrd': null, ...tree });
  for (const name of ['generator', 'masks', 'package']) {
    const script = join(root, 'usr/lib/pkginitrd', name);
    cpSync(join(checkout, 'plugin', name), script);
    chmodSync(script, 0o755);
  }
  const names = (directory: string): readonly string[] =>
    existsSync(join(root, directory)) ? readdirSync(join(root, directory)).sort() : [];
  return {
    root,
    names,
    waiting: () => names('var/lib/pkginitrd/waiting'),
    /** Returns what it says. */
    run: (...args: readonly string[]): string => {
      const env = { PATH: '/usr/bin:/bin', ROOT: root };
      const script = join(root, 'usr/lib/pkginitrd/package');
      const ran = spawnSync(script, args, { env, encoding: 'utf8' });
      assert.equal(ran.status, 0, ran.stderr);
      return ran.stderr;
    },
  };
}

const kernels: Tree = {
  'usr/lib/modules/6.9/vmlinuz': '',
  'usr/lib/modules/6.12/vmlinuz': '',
  'usr/lib/modules/6.13-without-kernel/modules.dep': '',
};

for (const [which, expected] of [
  ['newest', ['6.12']],
  ['all', ['6.12', '6.9']],
  ['', []],
] as const) {
  test(`package installed: images are asked for once, "${which}"`, (t) => {
    const { run, waiting, root } = system(t, kernels);
    assert.match(run('installed', which), /^pkginitrd: Chosen as initrd generator/);
    assert.deepEqual(waiting(), expected);
    assert.equal(readFileSync(join(root, 'var/lib/pkginitrd/chosen'), 'utf8'), '');
    assert.equal(run('installed', which), '', 'an upgrade');
    run('removing');
    assert.ok(!existsSync(join(root, 'etc/kernel/install.conf')));
  });
}

test('package installed where another generator is chosen asks for nothing and masks nothing', (t) => {
  const { run, waiting, names } = system(t, {
    ...kernels,
    'usr/share/libalpm/hooks/90-mkinitcpio-install.hook': '',
    'etc/kernel/install.conf': 'initrd_generator=dracut\n',
  });
  assert.match(run('installed', 'all'), /Not chosen: .* says initrd_generator=dracut/);
  assert.deepEqual(waiting(), []);
  assert.deepEqual(names('etc/pacman.d/hooks'), []);
});

for (const trace of [
  'usr/lib/module-init-tools/regenerate-initrd-posttrans',
  'usr/bin/sdbootutil',
]) {
  test(`package installed on openSUSE does not choose what nobody asks for: ${trace}`, (t) => {
    const { run, waiting, root } = system(t, { ...kernels, [trace]: '' });
    assert.match(
      run('installed', 'newest'),
      /^pkginitrd: Not chosen: the kernel packages of openSUSE/,
    );
    assert.deepEqual(waiting(), []);
    assert.ok(!existsSync(join(root, 'etc/kernel/install.conf')));
  });
}

const preset = (text: string): Tree => ({
  'usr/share/libalpm/hooks': null,
  'etc/mkinitcpio.d/linux.preset': text,
});
const usual = `#ALL_config="/etc/mkinitcpio.conf"
ALL_kver="/boot/vmlinuz-linux"
PRESETS=('default' 'fallback')
default_image="/boot/initramfs-linux.img"
#default_uki="/efi/EFI/Linux/arch-linux.efi"
default_options="--splash /usr/share/x.bmp"
fallback_image=/boot/initramfs-linux-fallback.img # all modules
`;

const elsewhere: readonly (readonly [name: string, tree: Tree, said: RegExp])[] = [
  [
    'a unified image',
    preset(`${usual}  default_uki="/efi/EFI/Linux/arch-linux.efi"\n`),
    /mkinitcpio has "\/efi\/EFI\/Linux\/arch-linux\.efi" in \/etc\/mkinitcpio\.d\/linux\.preset/,
  ],
  [
    'an image of another name',
    preset(usual.replace('initramfs-linux.img', 'initramfs-6.12-x86_64.img')),
    /mkinitcpio has "\/boot\/initramfs-6\.12-x86_64\.img"/,
  ],
  [
    'a kernel in another place',
    preset(usual.replace('/boot/vmlinuz-linux', '/efi/vmlinuz-linux')),
    /mkinitcpio has "\/efi\/vmlinuz-linux"/,
  ],
  [
    'a packaged kernel of another name',
    {
      'usr/share/libalpm/hooks': null,
      'usr/lib/modules/6.12-aarch64/modules.order': '',
      'boot/Image': '',
    },
    /the kernel of \/usr\/lib\/modules\/6\.12-aarch64 is not there as vmlinuz with a pkgbase/,
  ],
];

for (const [name, tree, said] of elsewhere) {
  test(`package installed does not choose where boot loaders of Arch's kind read other files: ${name}`, (t) => {
    const { run, waiting, names, root } = system(t, { ...kernels, ...tree });
    const words = run('installed', 'all');
    assert.match(words, /^pkginitrd: Not chosen: .*\npkginitrd: Ours are .*NOTES.*\n$/);
    assert.match(words, said);
    assert.deepEqual([waiting(), names('etc/pacman.d/hooks')], [[], []]);
    assert.ok(!existsSync(join(root, 'etc/kernel/install.conf')));
    // What the user says counts.
    const asked = system(t, {
      ...{ ...kernels, ...tree },
      'etc/kernel/install.conf': 'initrd_generator=pkginitrd\n',
    });
    assert.match(asked.run('installed', 'all'), /^pkginitrd: The hooks of mkinitcpio are masked/);
    assert.notDeepEqual(asked.waiting(), []);
  });
}

test('package installed chooses where presets have the files that ours are as well', (t) => {
  const { run, waiting } = system(t, {
    ...{ ...kernels, ...preset(usual) },
    'usr/lib/modules/6.0-left-of-dkms/updates/dkms/x.ko': '',
  });
  assert.match(run('installed', 'all'), /^pkginitrd: Chosen as initrd generator/);
  assert.deepEqual(waiting(), ['6.12', '6.9']);
});

test('package removing tells of previous images, which stay', (t) => {
  const { run } = system(t, { 'boot/previous-initramfs-6.12.img': '' });
  run('installed', 'newest');
  assert.match(run('removing'), /^pkginitrd: Previous images stay in \/boot as previous-\*/);
  assert.equal(system(t, {}).run('removing'), '');
});

for (const [name, tree, said] of [
  [
    'GRUB on Debian',
    { 'boot/pkginitrd-rescue/linux-6.1': '', 'boot/grub/pkginitrd-rescue.cfg': '' },
    '/boot/pkginitrd-rescue and /boot/grub/pkginitrd-rescue.cfg',
  ],
  [
    'systemd-boot',
    {
      'efi/token/pkginitrd-rescue/linux-6.1': '',
      'efi/loader/entries/token-0-pkginitrd-rescue.conf': 'linux /token/pkginitrd-rescue/linux-6.1',
      'efi/loader/entries/other-0-pkginitrd-rescue.conf': 'linux /other/pkginitrd-rescue/linux-6.1',
    },
    '/efi/token/pkginitrd-rescue and /efi/loader/entries/token-0-pkginitrd-rescue.conf',
  ],
  [
    "Fedora's GRUB",
    {
      'boot/pkginitrd-rescue/linux-6.1': '',
      'boot/loader/entries/id-0-pkginitrd-rescue.conf':
        'linux /sub/boot/pkginitrd-rescue/linux-6.1',
    },
    '/boot/pkginitrd-rescue and /boot/loader/entries/id-0-pkginitrd-rescue.conf',
  ],
] as const) {
  test(`package removing names the rescue image and what leads to it, which stay: ${name}`, (t) => {
    assert.equal(
      system(t, tree).run('removing'),
      `pkginitrd: The rescue image stays in ${said}: nobody renews or removes it any more\n`,
    );
  });
}

test("package masks mkinitcpio's hooks, and unmasks none that is the user's", (t) => {
  const { run, names, root } = system(t, {
    'usr/share/libalpm/hooks': null,
    'etc/pacman.d/hooks/60-mkinitcpio-remove.hook': { link: '/dev/null' },
  });
  assert.match(run('installed', 'all'), /The hooks of mkinitcpio are masked/);
  const mask = join(root, 'etc/pacman.d/hooks/90-mkinitcpio-install.hook');
  assert.ok(lstatSync(mask).isSymbolicLink());
  run('removing');
  assert.deepEqual(names('etc/pacman.d/hooks'), ['60-mkinitcpio-remove.hook']);
  assert.deepEqual(
    names('var/lib/pkginitrd').filter((name) => name === 'masks'),
    [],
  );
});

test('package masks a rescue plugin that does not ask who is chosen, and no other', (t) => {
  const plugin = 'kernel/install.d/51-dracut-rescue.install';
  const asks = system(t, {
    [`usr/lib/${plugin}`]: '[ "${KERNEL_INSTALL_INITRD_GENERATOR:-dracut}" = dracut ] || exit 0\n',
  });
  asks.run('installed', 'newest');
  assert.deepEqual(asks.names('etc/kernel/install.d'), []);
  const builds = system(t, { [`usr/lib/${plugin}`]: 'dracut\n' });
  builds.run('installed', 'newest');
  assert.deepEqual(builds.names('etc/kernel/install.d'), ['51-dracut-rescue.install']);
  builds.run('removing');
  assert.deepEqual(builds.names('etc/kernel/install.d'), []);
});
