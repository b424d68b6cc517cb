import assert from 'node:assert/strict';
import test from 'node:test';
import { bootsRoot } from '../helpers/boots-root.ts';

test('an initrd boots an ext4 root found by its UUID', { timeout: 900_000 }, async (t) => {
  const booted = await bootsRoot(t, {
    label: 'unused',
    uuid: '6f1f6a36-0a3f-4d27-8a5d-0b8f0f3c9f11',
    root: 'UUID=6f1f6a36-0a3f-4d27-8a5d-0b8f0f3c9f11',
  });
  if (booted !== undefined) assert.match(booted.transcript, /^ROOT-MOUNT \/dev\/vda ext4$/m);
});
