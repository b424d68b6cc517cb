// The rescue image beside Debian's real hooks and the real scripts of GRUB. It is built, the kernels' own images are words.
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { debianBoot, entryPackages } from '../helpers/debian-boot.ts';
import { need } from '../helpers/need.ts';
import { bundle, cache } from '../helpers/paths.ts';
import { explain, type Ran } from '../helpers/run.ts';

const settings = '/etc/pkginitrd/50-rescue.conf';

test(
  'GRUB lists the rescue image with its own kernel, until it is not wanted any more',
  { timeout: 900_000 },
  async (t) => {
    const grub = join(cache, 'debian-boot/trixie/libdevmapper1.02.1');
    if (!need(t, existsSync(grub), 'no packages of GRUB: run tests/helpers/setup.sh')) return;
    if (!need(t, existsSync(bundle), 'no bundle: run npm run build')) return;
    const machine = await debianBoot(t, 'trixie', {
      packages: ['linux-base', 'grub-common', 'grub2-common', 'libdevmapper1.02.1'],
      systemdBoot: false,
      hooks: true,
      generator: 'pkginitrd',
      boot: { 'grub/grub.cfg': '# no menu yet\n' },
    });
    if (machine === undefined) return;
    const { version, host } = machine;
    // The scripts ask for the disks under / and /boot, which a throw-away root has not.
    host.write('/usr/sbin/grub-probe', '#!/bin/sh\necho probed\n', 0o755);
    host.write('/usr/bin/grub-mkrelpath', '#!/bin/sh\necho "/boot-of-the-disk"\n', 0o755);
    host.write(
      '/etc/default/grub',
      'GRUB_CMDLINE_LINUX=quiet\nGRUB_DEFAULT=saved\nGRUB_SAVEDEFAULT=true\n',
    );
    const own40 = "menuentry 'The last of the user' {\n\ttrue\n}\n";
    host.write('/etc/grub.d/40_custom', `#!/bin/sh\nexec tail -n +3 "$0"\n${own40}`, 0o755);
    // Boot loaders are told of the kernel's own image before there is another.
    const order = '#!/bin/sh\nls /boot >>/scratch/order\n';
    host.write('/etc/initramfs/post-update.d/zz-order', order, 0o755);
    host.write(settings, '[Output]\nRescue=yes\n');
    const files = async (): Promise<readonly string[]> =>
      ok(
        await machine.run([
          'sh',
          '-c',
          'cd /boot && find * -type f | grep -E "rescue|grub/.*cfg" | sort',
        ]),
      )
        .stdout.trim()
        .split('\n')
        .map((file) => file.replace(/-[0-9a-f]{16}$/, '-*'));
    const own = [`linux-${version}-*`, `initrd-${version}-*`].map(
      (name) => `pkginitrd-rescue/${name}`,
    );

    const added = ok(await machine.kernelHooks('postinst', 'configure'));
    assert.match(added.stdout + added.stderr, /Building the rescue image for /);
    assert.deepEqual(await files(), [
      'grub/grub.cfg',
      'grub/pkginitrd-rescue.cfg',
      ...own.toSorted(),
    ]);
    const told = ok(await machine.run(['cat', '/scratch/order'])).stdout;
    assert.match(told, new RegExp(`^initrd\\.img-${escaped(version)}$`, 'm'));
    assert.doesNotMatch(told, /rescue/);
    const menuNow = async (): Promise<{ menu: string; block: string }> => {
      ok(await machine.run(['grub-mkconfig', '-o', '/boot/grub/grub.cfg']));
      const menu = machine.boot('grub/grub.cfg') ?? '';
      const entry = /if \[ -f \$prefix\/pkginitrd-rescue\.cfg \][\s\S]*?\nfi\n/.exec(menu);
      return { menu, block: entry?.[0] ?? menu };
    };
    const { menu, block } = await menuNow();
    // No number means another entry than before, and one boot of it does not make it the default.
    const entries = [...menu.matchAll(/^\s*(?:menuentry|submenu) .*$/gm)].map(([line]) => line);
    assert.match(entries.at(-1) ?? '', /'pkginitrd-rescue'/);
    assert.match(entries.at(-2) ?? '', /The last of the user/);
    assert.match(menu, /^\s*savedefault$/m);
    assert.doesNotMatch(block, /savedefault/);
    assert.match(
      block,
      /menuentry '[^']*, with Linux '"\$pkginitrd_rescue_version"' \(rescue initrd\)' .* 'pkginitrd-rescue' \{\n\tsource \$prefix\/pkginitrd-rescue\.cfg\n/,
    );
    assert.match(
      block,
      /\tlinux\t\/boot-of-the-disk\/pkginitrd-rescue\/\$pkginitrd_rescue_linux root=.* quiet pkginitrd\.rescue\n/,
    );
    assert.match(
      block,
      /\tinitrd\t\/boot-of-the-disk\/pkginitrd-rescue\/\$pkginitrd_rescue_initrd\n/,
    );
    assert.doesNotMatch(block.replaceAll(/^.*menuentry .*$/gm, ''), new RegExp(escaped(version)));
    ok(await machine.run(['grub-script-check', '/boot/grub/grub.cfg']));
    ok(await machine.run(['grub-script-check', '/boot/grub/pkginitrd-rescue.cfg']));
    const names = machine.boot('grub/pkginitrd-rescue.cfg') ?? '';
    for (const name of names.match(/(?:linux|initrd)-[^']*-[0-9a-f]{16}/g) ?? []) {
      assert.ok(machine.boot(`pkginitrd-rescue/${name}`) !== undefined, name);
    }

    // The kernel goes, and the rescue image has its own.
    ok(await machine.kernelHooks('postrm', 'remove'));
    assert.equal(machine.boot(`initrd.img-${version}`), undefined);
    assert.deepEqual((await files()).slice(2), own.toSorted());
    ok(await machine.run(['mv', `/boot/vmlinuz-${version}`, '/scratch/linux']));
    const alone = await menuNow();
    assert.equal(alone.block, block);
    assert.doesNotMatch(alone.menu, /gnulinux-[^']*-advanced-/);
    ok(await machine.run(['grub-script-check', '/boot/grub/grub.cfg']));
    // A kernel without an image is no model for it.
    ok(await machine.run(['cp', '/scratch/linux', `/boot/vmlinuz-${version}`]));
    assert.equal((await menuNow()).block, block);

    host.write(settings, '[Output]\nRescue=no\n');
    const update = ok(await machine.run(['update-initramfs', '-c', '-k', version]));
    assert.match(update.stderr, /Removed the rescue image of .*: Rescue=no is set/);
    assert.deepEqual(await files(), ['grub/grub.cfg']);
    assert.doesNotMatch(machine.boot('grub/grub.cfg') ?? '', /pkginitrd-rescue\.cfg/);
  },
);

test(
  'Where the ESP has no room for a rescue image the kernel gets its entry, and a warning; with room it is the last of the menu',
  { timeout: 900_000 },
  async (t) => {
    if (!need(t, existsSync(bundle), 'no bundle: run npm run build')) return;
    const machine = await debianBoot(t, 'trixie', {
      packages: entryPackages('trixie'),
      systemdBoot: true,
      conf: 'layout=bls\n',
      generator: 'pkginitrd',
    });
    if (machine === undefined) return;
    const { version, host } = machine;
    host.write(settings, '[Output]\nRescue=yes\n');
    const add = ['kernel-install', 'add', version, `/boot/vmlinuz-${version}`];
    // A file system of its own, with room for the kernel alone.
    const kernelBytes = readFileSync(host.kernel.image).length;
    const script = `
      mount -t tmpfs -o size=${kernelBytes + 2 ** 20} tmpfs /mnt && cp -r /efi/. /mnt && mount --move /mnt /efi || exit 9
      "$@" >&2; code=$?
      find /efi -type f | sed s,^/efi/,, | sort
      exit $code`;
    const full = ok(await machine.run(['sh', '-c', script, 'sh', ...add]));
    assert.match(
      full.stderr,
      /Warning: Cannot place the rescue image in "\/efi\/[0-9a-f]+": [0-9.]+ MiB wanted, [0-9.]+ MiB free; there is no rescue image/,
    );
    assert.match(full.stdout, new RegExp(`/${escaped(version)}/initrd\n`));
    assert.doesNotMatch(full.stdout, /rescue/);

    ok(await machine.run(add));
    const list = ok(await machine.run(['bootctl', 'list', '--json=short'])).stdout;
    const entries: readonly { readonly id: string; readonly isDefault?: boolean }[] =
      JSON.parse(list);
    const ids = entries.map(({ id }) => id.replace(/^[0-9a-f]{32}-/, ''));
    assert.deepEqual(
      ids.filter((id) => id.endsWith('.conf')),
      [`${version}.conf`, '0-pkginitrd-rescue.conf'],
    );
  },
);

test(
  'Where another boot loader reads /boot and systemd-boot its entries, GRUB’s menu is not spoken of',
  { timeout: 300_000 },
  async (t) => {
    const machine = await debianBoot(t, 'trixie', {
      packages: entryPackages('trixie'),
      systemdBoot: true,
      hooks: true,
      conf: 'layout=bls\n',
      generator: 'pkginitrd',
    });
    if (machine === undefined) return;
    const { version, host } = machine;
    host.write('/etc/kernel/postinst.d/zz-other-loader', '#!/bin/sh\n', 0o755);
    host.write('/usr/lib/pkginitrd/rescue', '#!/bin/sh\necho "rescue: $*" >&2\n', 0o755);
    assert.match(
      ok(await machine.run(['/usr/lib/pkginitrd/boot-image', 'place'])).stdout,
      /^both$/m,
    );
    const { stderr } = ok(await machine.run(['update-initramfs', '-c', '-k', version]));
    const calls = stderr.match(/^rescue: .*$/gm) ?? [];
    assert.equal(calls.length, 1, stderr);
    assert.match(calls[0] ?? '', /\/loader\/entries\/[0-9a-f]+-.*\.conf$/);
  },
);

function escaped(text: string): string {
  return text.replaceAll(/[.+]/g, '\\$&');
}

function ok(ran: Ran): Ran {
  assert.equal(ran.code, 0, explain([], ran));
  return ran;
}
