import assert from 'node:assert/strict';
import test from 'node:test';
import { run, usageError } from './command-line.ts';

test('kernel-hook builds for the kernel into the file that the boot loader reads', async () => {
  const argv = ['kernel-hook', 'add', '6.12', '/boot/vmlinuz-6.12', '/boot/initrd.img-6.12'];
  const invocation = await run(argv);
  assert.ok(invocation.type === 'build');
  assert.equal(invocation.request.kernelVersion, '6.12');
  assert.equal(invocation.kernelImage, '/boot/vmlinuz-6.12');
  assert.deepEqual(invocation.destination, {
    type: 'boot',
    directory: '/boot',
    name: 'initrd.img-6.12',
    holdsImageOf: 'kernel',
  });
});

test('kernel-hook replaces the image of another kernel', async () => {
  const argv = ['kernel-hook', 'replace', '6.12', '/boot/vmlinuz', '/boot/initramfs-linux.img'];
  const invocation = await run(argv);
  assert.ok(invocation.type === 'build' && invocation.destination.type === 'boot');
  assert.equal(invocation.destination.holdsImageOf, 'another');
});

const refused: readonly (readonly [args: readonly string[], message: string])[] = [
  [[], 'Cannot run the hook: expected "add KERNEL IMAGE INITRD" or "replace KERNEL IMAGE INITRD"'],
  [
    ['remove', '6.12', 'a', 'b'],
    'Cannot run the hook: expected "add KERNEL IMAGE INITRD" or "replace KERNEL IMAGE INITRD"',
  ],
  [
    ['add', '6.12', '/boot/vmlinuz'],
    'Cannot run the hook: expected "add KERNEL IMAGE INITRD" or "replace KERNEL IMAGE INITRD"',
  ],
  [['add', '6.12', 'a', 'b', 'c'], 'Cannot use "c": the hook takes four arguments'],
  [['add', '../6.12', 'a', 'b'], 'Cannot take "../6.12" as a kernel version'],
];

for (const [args, message] of refused) {
  test(`kernel-hook ${args.join(' ')} is refused`, async () => {
    assert.equal((await usageError(['kernel-hook', ...args]))[0], message);
  });
}
