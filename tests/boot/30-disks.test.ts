import assert from 'node:assert/strict';
import test from 'node:test';
import { bootsRoot } from '../helpers/boots-root.ts';
import type { Attachment } from '../helpers/qemu.ts';

// The image was made for a virtio host: on each other bus the disk has been moved, and the portable list drives it.
const buses: readonly (readonly [Attachment, device: string])[] = [
  ['virtio-scsi', 'sda'],
  ['nvme', 'nvme0n1'],
  ['ahci', 'sda'],
  ['usb behind a hub', 'sda'],
  ['sdhci', 'mmcblk0'],
  ['MegaRAID SAS', 'sda'],
  ['pvscsi', 'sda'],
];

for (const [bus, device] of buses) {
  test(`an initrd made for virtio boots from ${bus}`, { timeout: 900_000 }, async (t) => {
    const uuid = '5f0e6a2c-51f5-4a2b-9d6e-0c5f2f4d7b30';
    const booted = await bootsRoot(t, { label: 'moved', uuid, root: `UUID=${uuid}` }, bus);
    if (booted === undefined) return;
    assert.match(booted.transcript, new RegExp(`^ROOT-MOUNT /dev/${device} ext4$`, 'm'));
  });
}
