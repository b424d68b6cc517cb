import assert from 'node:assert/strict';
import { test } from 'node:test';
import { run, usageError } from './command-line.ts';

test('kernel-rescue takes a kernel, its file, and a menu where there is one', async () => {
  const wanted = { type: 'rescue', kernelVersion: '6.1', kernelImage: '/boot/vmlinuz' };
  assert.deepEqual(await run(['kernel-rescue', '6.1', '/boot/vmlinuz', '/boot/grub/grub.cfg']), {
    ...wanted,
    menu: '/boot/grub/grub.cfg',
  });
  for (const none of [[], ['']]) {
    const found = await run(['kernel-rescue', '6.1', '/boot/vmlinuz', ...none]);
    assert.deepEqual(found, { ...wanted, menu: undefined });
  }
});

for (const args of [[], ['6.1'], ['6.1', '/a', '/b', '/c']]) {
  test(`kernel-rescue ${args.join(' ')} is refused`, async () => {
    assert.match(
      (await usageError(['kernel-rescue', ...args]))[0],
      /Cannot look after the rescue image/,
    );
  });
}
