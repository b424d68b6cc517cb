// The previous image beside the real kernel-install, Debian's real hooks and the real scripts of GRUB.
import assert from 'node:assert/strict';
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { type TestContext } from 'node:test';
import { type DebianBoot, debianBoot, entryPackages } from '../helpers/debian-boot.ts';
import { bootFiles } from '../helpers/kernel-install.ts';
import { need } from '../helpers/need.ts';
import { bundle, cache } from '../helpers/paths.ts';
import { explain, type Ran } from '../helpers/run.ts';

const bls = ['linux-base', 'systemd-boot', 'systemd-boot-tools'];

for (const name of ['machine', 'trixie'] as const) {
  const start = async (t: TestContext): Promise<DebianBoot | undefined> => {
    if (!need(t, existsSync(bundle), 'no bundle: run npm run build')) return undefined;
    const packages = entryPackages(name);
    return debianBoot(t, name, {
      packages,
      systemdBoot: true,
      conf: 'layout=bls\n',
      generator: 'pkginitrd',
    });
  };
  const add = async (machine: DebianBoot, text: string): Promise<Ran> => {
    machine.makes(text);
    return ok(await machine.run(['kernel-install', 'add', machine.version, image(machine)]));
  };

  test(`kernel-install ${name}: an entry and the one before, back and forth, and gone with the kernel`, async (t) => {
    const machine = await start(t);
    if (machine === undefined) return;
    await add(machine, 'first');
    assert.deepEqual([machine.entry(), machine.previous()], [['initrd: first'], []]);
    await add(machine, 'second');
    assert.deepEqual(
      [machine.entry(), machine.previous()],
      [['initrd: second'], ['previous-initrd: first']],
    );
    assert.deepEqual(
      bootFiles(machine.host).filter((file) => file.endsWith('linux')).length,
      1,
      'the kernel is the same',
    );
    // Nobody has booted the second.
    await add(machine, 'third');
    assert.deepEqual(machine.previous(), ['previous-initrd: first']);

    const rollback = ['pkginitrd', 'rollback', machine.version];
    const back = ok(await machine.run(rollback));
    assert.match(back.stderr, /The next boot of .* takes the previous image again/);
    assert.deepEqual(
      [machine.entry(), machine.previous()],
      [['previous-initrd: first'], ['initrd: third']],
    );
    ok(await machine.run(rollback));
    assert.deepEqual(machine.entry(), ['initrd: third']);
    ok(await machine.run(rollback));
    await add(machine, 'fourth');
    assert.deepEqual(
      [machine.entry(), machine.previous()],
      [['initrd: fourth'], ['previous-initrd: first']],
    );

    ok(await machine.run(['kernel-install', 'remove', machine.version]));
    assert.deepEqual(
      bootFiles(machine.host).filter((file) => file.includes(machine.version)),
      [],
    );
    const none = await machine.run(rollback);
    assert.equal(none.code, 1);
    assert.match(none.stderr, /it has no previous image/);
  });

  test(`kernel-install ${name}: boot counting is the new image's alone`, async (t) => {
    const machine = await start(t);
    if (machine === undefined) return;
    await add(machine, 'first');
    machine.host.write('/etc/kernel/tries', '3\n');
    await add(machine, 'second');
    const texts = readdirSync(join(machine.host.boot, 'loader/entries')).filter((file) =>
      file.endsWith('.conf'),
    );
    assert.deepEqual(
      texts
        .map((file) => file.slice(file.indexOf(machine.version) + machine.version.length))
        .sort(),
      ['+3.conf', '-previous.conf'],
    );
  });

  test(`kernel-install ${name}: an ESP without room keeps the entry as it is`, async (t) => {
    const machine = await start(t);
    if (machine === undefined) return;
    await add(machine, 'first');
    const before = bootFiles(machine.host);
    // A file system of its own, with room for the kernel alone.
    const kernelBytes = readFileSync(machine.host.kernel.image).length;
    const script = `
      mount -t tmpfs -o size=${kernelBytes + 2 ** 20} tmpfs /mnt && cp -r /efi/. /mnt && mount --move /mnt /efi || exit 9
      kernel-install add "$1" "$2" >&2; code=$?
      find /efi -type f | sed s,^/efi/,, | sort
      exit $code`;
    machine.makes('second');
    const full = await machine.run(['sh', '-c', script, 'sh', machine.version, image(machine)]);
    assert.equal(full.code, 1, explain([], full));
    assert.match(
      full.stderr,
      /Cannot write the boot entry of .* to "\/efi": [0-9.]+ MiB wanted, [0-9.]+ MiB of it for the image of today, [0-9.]+ MiB free/,
    );
    assert.deepEqual(full.stdout.trim().split('\n').sort(), [...before].sort());
  });
}

test('bootctl and GRUB show the previous image behind the main one', async (t) => {
  const grub = join(cache, 'debian-boot/trixie/libdevmapper1.02.1');
  if (!need(t, existsSync(grub), 'no packages of GRUB: run tests/helpers/setup.sh')) return;
  const machine = await debianBoot(t, 'trixie', {
    packages: [...bls, 'grub-common', 'grub2-common', 'libdevmapper1.02.1'],
    systemdBoot: true,
    hooks: true,
    generator: 'pkginitrd',
    conf: 'layout=bls\n',
    boot: { 'grub/grub.cfg': '' },
  });
  if (machine === undefined) return;
  const { version, host } = machine;
  for (const text of ['first', 'second']) {
    machine.makes(text);
    ok(await machine.run(['kernel-install', 'add', version, image(machine)]));
  }
  const list = ok(await machine.run(['bootctl', 'list', '--json=short'])).stdout;
  const ids: readonly string[] = JSON.parse(list).map(({ id }: { id: string }) => id);
  const ours = ids
    .filter((id) => id.includes(version))
    .map((id) => id.replace(/^[0-9a-f]{32}-/, ''));
  assert.deepEqual(ours, [`${version}.conf`, `${version}-previous.conf`]);

  // The scripts ask for the disks under / and /boot, which a throw-away root has not.
  host.write('/usr/sbin/grub-probe', '#!/bin/sh\necho probed\n', 0o755);
  host.write('/usr/bin/grub-mkrelpath', '#!/bin/sh\necho "/boot-of-the-disk"\n', 0o755);
  host.write('/etc/default/grub', 'GRUB_CMDLINE_LINUX=quiet\n');
  const made = async (): Promise<string> =>
    ok(
      await machine.run([
        'sh',
        '-c',
        'grub-mkconfig 2>/scratch/err || { cat /scratch/err >&2; exit 1; }',
      ]),
    ).stdout;
  ok(await machine.run(['sh', '-c', `echo ours >/boot/initrd.img-${version}`]));
  const without = await made();
  assert.doesNotMatch(without, /previous/);
  ok(await machine.run(['sh', '-c', `echo old >/boot/previous-initrd.img-${version}`]));
  const menu = await made();
  const block = /submenu 'Previous initrds'[\s\S]*?\n\}\n/.exec(menu)?.[0] ?? menu;
  assert.match(
    block,
    new RegExp(`menuentry '[^']*, with Linux ${escaped(version)} \\(previous initrd\\)'`),
  );
  assert.match(
    block,
    new RegExp(
      `\\tlinux\\t/boot-of-the-disk/vmlinuz-${escaped(version)} root=.* pkginitrd\\.previous\\n`,
    ),
  );
  assert.match(
    block,
    new RegExp(`\\tinitrd\\t/boot-of-the-disk/previous-initrd\\.img-${escaped(version)}\\n`),
  );
  assert.equal(block.match(/menuentry '/g)?.length, 1);
  assert.equal(
    menu.replace(block, '').replaceAll(/### .*11_pkginitrd ###\n/g, ''),
    without.replaceAll(/### .*11_pkginitrd ###\n/g, ''),
  );
  writeFileSync(join(host.upper, 'menu.cfg'), menu);
  ok(await machine.run(['grub-script-check', '/menu.cfg']));
});

function escaped(text: string): string {
  return text.replaceAll(/[.+]/g, '\\$&');
}

function image({ version }: DebianBoot): string {
  return `/boot/vmlinuz-${version}`;
}

function ok(ran: Ran): Ran {
  assert.equal(ran.code, 0, explain([], ran));
  return ran;
}
