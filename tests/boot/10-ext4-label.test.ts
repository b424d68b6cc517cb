import assert from 'node:assert/strict';
import test from 'node:test';
import { bootsRoot } from '../helpers/boots-root.ts';

test('an initrd boots an ext4 root found by its label', { timeout: 900_000 }, async (t) => {
  const booted = await bootsRoot(t, {
    label: 'small root',
    uuid: 'b2c5e0a0-5a0c-4e9a-9d39-6d6f5b8f6a10',
    // A label with a space, as fstab and the kernel command line spell it.
    root: '"LABEL=small root"',
    // For the root: systemd's generator in the initrd would run it there, in the place of the way to the root.
    words: 'systemd.run=/usr/bin/false',
  });
  if (booted !== undefined) assert.match(booted.transcript, /^ROOT-MOUNT \/dev\/vda ext4$/m);
});
