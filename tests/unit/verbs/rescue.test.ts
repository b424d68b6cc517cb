import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { test, type TestContext } from 'node:test';
import { absolutePath, kernelVersion } from '../../../src/model/brands.ts';
import { rescue } from '../../../src/verbs/rescue.ts';
import { surroundings } from '../../helpers/surroundings.ts';
import { machine } from '../place/machine.ts';

const name = '0123456789abcdef';
const directory = 'boot/pkginitrd-rescue';
const tree = {
  'etc/os-release': 'ID=debian\n',
  'boot/grub/grub.cfg': 'menu',
  'usr/lib/pkginitrd/10.conf': '',
};
const kept = {
  'boot/grub/pkginitrd-rescue.cfg': `set pkginitrd_rescue_linux='linux-6.2-${name}'\nset pkginitrd_rescue_initrd='initrd-6.2-${name}'\n`,
  [`${directory}/linux-6.2-${name}`]: 'kernel',
  [`${directory}/initrd-6.2-${name}`]: 'initrd',
};
const wanted = { 'etc/pkginitrd/a.conf': '[Output]\nRescue=yes\n' };

/** Runs the verb for the kernel 6.1, of which nothing can be built, and says what it told. */
async function run(
  t: TestContext,
  files: Readonly<Record<string, string>>,
  menu: string | undefined = '/boot/grub/grub.cfg',
) {
  const { sys, root } = machine(t, { ...tree, ...files });
  const quiet = {
    ...sys,
    lock: async () => ({ release: () => {} }),
  };
  const { remarks, failure } = await rescue(
    quiet,
    {
      type: 'rescue',
      kernelVersion: kernelVersion('6.1'),
      kernelImage: absolutePath('/boot/vmlinuz-6.1'),
      menu: menu === '' ? undefined : absolutePath(menu),
    },
    { ...surroundings, vendorDirectory: absolutePath('/usr/lib/pkginitrd') },
  );
  assert.equal(failure, undefined);
  return { remarks, isThere: existsSync(`${root}/${directory}/initrd-6.2-${name}`) };
}

test('rescue() takes the rescue image away where it is not wanted, and says so once', async (t) => {
  assert.deepEqual(await run(t, kept), {
    remarks: ['pkginitrd: Removed the rescue image of 6.2: Rescue=no is set'],
    isThere: false,
  });
  assert.deepEqual((await run(t, {})).remarks, []);
});

test('rescue() leaves that of a newer kernel which is installed', async (t) => {
  const installed = { 'usr/lib/modules/6.2/modules.dep': '' };
  assert.deepEqual(await run(t, { ...wanted, ...kept, ...installed }), {
    remarks: [],
    isThere: true,
  });
});

test('rescue() that cannot build warns, and what was there stays', async (t) => {
  const old = await run(t, { ...wanted, ...kept });
  assert.match(
    old.remarks[0] ?? '',
    /^pkginitrd: Warning: Cannot .*; the rescue image stays that of 6\.2$/,
  );
  assert.ok(old.isThere);
  const none = await run(t, wanted);
  assert.match(none.remarks[0] ?? '', /^pkginitrd: Warning: Cannot .*; there is no rescue image$/);
});

test('rescue() says where Rescue=yes has no effect', async (t) => {
  for (const menu of ['', '/efi/EFI/Linux/a.efi']) {
    assert.match(
      (await run(t, wanted, menu)).remarks.join(),
      /Warning: Rescue=yes has no effect here/,
    );
    assert.deepEqual((await run(t, {}, menu)).remarks, []);
  }
});
