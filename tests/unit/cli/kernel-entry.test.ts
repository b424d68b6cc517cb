import assert from 'node:assert/strict';
import test from 'node:test';
import { run, usageError } from './command-line.ts';

const env = {
  KERNEL_INSTALL_ENTRY_TOKEN: 'token',
  KERNEL_INSTALL_BOOT_ROOT: '/efi',
  KERNEL_INSTALL_STAGING_AREA: '/tmp/staging',
  KERNEL_INSTALL_LAYOUT: 'bls',
};
const add = ['add', '6.1', '/efi/token/6.1', '/boot/vmlinuz', '/boot/ucode.img'];

test('kernel-entry takes the entry from a plugin’s arguments and environment', async () => {
  assert.deepEqual(await run(['kernel-entry', 'before', ...add], env), {
    type: 'entry',
    step: 'before',
    layout: 'bls',
    entry: {
      kernelVersion: '6.1',
      bootRoot: '/efi',
      name: 'token-6.1',
      directory: '/efi/token/6.1',
    },
    staging: '/tmp/staging',
    kernelImage: '/boot/vmlinuz',
    initrds: ['/boot/ucode.img'],
  });
  const named = await run(['kernel-entry', 'after', ...add], {
    ...env,
    KERNEL_INSTALL_ENTRY_NAME: 'another',
  });
  assert.ok(named.type === 'entry');
  assert.deepEqual([named.step, named.entry.name], ['after', 'another']);
});

test('kernel-entry has nothing to do where there is no entry', async () => {
  const other = await run(['kernel-entry', 'before', ...add], {
    ...env,
    KERNEL_INSTALL_LAYOUT: 'other',
  });
  assert.equal(other.type, 'skip');
});

for (const args of [
  [],
  ['between', ...add],
  ['before', 'remove', '6.1'],
  ['before', 'add', '6.1'],
]) {
  test(`kernel-entry ${args.join(' ')} is refused`, async () => {
    assert.match(
      (await usageError(['kernel-entry', ...args]))[0],
      /Cannot look after a boot entry/,
    );
  });
}

test('rollback takes one kernel, or none', async () => {
  const none = { type: 'rollback', kernelVersion: undefined, debug: false };
  assert.deepEqual(await run(['rollback']), none);
  assert.deepEqual(await run(['rollback', '6.1']), { ...none, kernelVersion: '6.1' });
  assert.equal((await run(['rollback', '-h'])).type, 'text');
  assert.match((await usageError(['rollback', '6.1', '6.2']))[0], /"rollback" takes one kernel/);
  assert.match((await usageError(['rollback', '../x']))[0], /Cannot take "\.\.\/x"/);
});
