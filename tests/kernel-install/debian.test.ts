// Beside what Debian's own packages bring: ours is the one initrd of the boot entry, whatever they do.
import assert from 'node:assert/strict';
import test, { type TestContext } from 'node:test';
import { type DebianBoot, type Shape, debianBoot, entryPackages } from '../helpers/debian-boot.ts';
import { explain, type Ran } from '../helpers/run.ts';

const bls = ['linux-base', 'systemd-boot', 'systemd-boot-tools'];
const esp: Shape = { packages: bls, systemdBoot: true, conf: 'layout=bls\n' };
const chosen = { generator: 'pkginitrd' };
const ours = ['initrd: ours'];

for (const name of ['machine', 'trixie'] as const) {
  const packages = entryPackages(name);
  const start = (
    t: TestContext,
    shape: Partial<Shape>,
    old: readonly string[] = [],
  ): Promise<DebianBoot | undefined> => {
    return debianBoot(t, name, { ...esp, ...shape, packages: [...packages, ...old] });
  };

  for (const old of ['initramfs-tools', 'dracut'] as const) {
    test(`Debian ${name} beside ${old}: the entry has our initrd alone`, async (t) => {
      const host = await start(t, chosen, old === 'dracut' ? ['dracut', 'dracut-core'] : [old]);
      if (host === undefined) return;
      // Its own trigger writes /boot/initrd.img-VERSION, and initramfs-tools tells the boot loader.
      ok(await host.kernelHooks('postinst', 'configure'));
      assert.deepEqual(host.entry(), ours);
      assert.equal(host.builds(), 1);
      assert.equal(host.boot(`initrd.img-${host.version}`), old);

      const again = ok(await host.run(['kernel-install', '-v', 'add', host.version, image(host)]));
      assert.deepEqual(host.entry(), ours);
      assert.match(again.stderr, /Left ".*\/initrd\.img-.*" out of the boot entry/);
    });
  }

  test(`Debian ${name}: update-initramfs of initramfs-tools renews our image and not its own`, async (t) => {
    const host = await start(t, chosen, ['initramfs-tools']);
    if (host === undefined) return;
    ok(await host.kernelHooks('postinst', 'configure'));
    host.builds();
    const update = ['update-initramfs', '-u', '-k', host.version];
    const updated = ok(await host.run(update));
    assert.equal(host.boot(`initrd.img-${host.version}`), 'initramfs-tools');
    assert.deepEqual(host.entry(), ours);
    assert.equal(host.builds(), 1);
    assert.match(updated.stderr, /Building an initrd in place of "\/boot\/initrd\.img-/);

    // A build that fails is told, and the entry stays.
    host.host.write('/usr/bin/pkginitrd', '#!/bin/sh\nexit 1\n', 0o755);
    assert.notEqual((await host.run(update)).code, 0);
    assert.deepEqual(host.entry(), ours);
  });

  test(`Debian ${name} without us: as before`, async (t) => {
    for (const generator of [{}, { generator: 'other' }]) {
      const host = await start(t, generator, ['initramfs-tools']);
      if (host === undefined) return;
      ok(await host.kernelHooks('postinst', 'configure'));
      assert.deepEqual(host.entry(), [`initrd.img-${host.version}: initramfs-tools`]);
      ok(await host.run(['update-initramfs', '-u', '-k', host.version]));
      assert.deepEqual(host.entry(), [`initrd.img-${host.version}: initramfs-tools`]);
      assert.equal(host.builds(), 0);
    }
  });

  test(`Debian ${name}: the initrds that the caller names`, async (t) => {
    const host = await start(t, { ...chosen, boot: { 'amd-ucode.img': 'ucode', mine: 'mine' } });
    if (host === undefined) return;
    const add = ['kernel-install', 'add', host.version, image(host)];

    ok(await host.run([...add, '/boot/amd-ucode.img']));
    assert.deepEqual(host.entry(), ['amd-ucode.img: ucode', ...ours]);
    ok(await host.run([...add, '/boot/amd-ucode.img', '/boot/mine']));
    assert.deepEqual(host.entry(), ['amd-ucode.img: ucode', 'mine: mine']);
  });

  test(`Debian ${name}: /boot/initrd.img of the old generator beside microcode`, async (t) => {
    const host = await start(t, chosen);
    if (host === undefined) return;
    const { version } = host;
    const given = ['/scratch/amd-ucode.img', `/boot/initrd.img-${version}`];
    ok(await host.run(['sh', '-c', `echo ucode >${given[0]}; echo stale >${given[1]}`]));
    ok(await host.run(['kernel-install', 'add', version, image(host), ...given]));
    assert.deepEqual(host.entry(), ['amd-ucode.img: ucode', ...ours]);
  });
}

test('The initrd that another plugin stages on purpose stays', async (t) => {
  const host = await debianBoot(t, 'trixie', { ...esp, ...chosen });
  if (host === undefined) return;
  const { version } = host;
  const plugin =
    '#!/bin/sh\n[ "$1" != add ] || echo more >"$KERNEL_INSTALL_STAGING_AREA/initrd-more"\n';
  host.host.write('/etc/kernel/install.d/53-more.install', plugin, 0o755);
  ok(await host.run(['sh', '-c', `echo stale >/boot/initrd.img-${version}`]));
  ok(await host.run(['kernel-install', 'add', version, image(host)]));
  assert.deepEqual(host.entry(), [...ours, 'initrd-more: more']);
});

function image({ version }: DebianBoot): string {
  return `/boot/vmlinuz-${version}`;
}

function ok(ran: Ran): Ran {
  assert.equal(ran.code, 0, explain([], ran));
  return ran;
}
