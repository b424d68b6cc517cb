import assert from 'node:assert/strict';
import test from 'node:test';
import { absolutePath } from '../../src/model/brands.ts';
import { provesRoot } from '../helpers/boots-root.ts';
import { rootDisk, rootReached } from '../helpers/disk.ts';
import { deploy } from '../helpers/kernel-install.ts';
import { type Attachment, boot } from '../helpers/qemu.ts';
import { plant, scratch } from '../helpers/scratch.ts';
import { bare, throwAwayHost } from '../helpers/throw-away-host.ts';
import { buildIn } from '../helpers/workshop.ts';
import { plainRoot } from '../hosts/hosts.ts';

/** By whether the profile portable is needed. */
const buses: Readonly<
  Record<'plain' | 'portable', readonly (readonly [Attachment, device: string])[]>
> = {
  plain: [
    ['virtio-blk', 'vda'],
    ['virtio-scsi', 'sda'],
    ['nvme', 'nvme0n1'],
    ['ahci', 'sda'],
    ['usb behind a hub', 'sda'],
    ['pvscsi', 'sda'],
  ],
  portable: [
    ['sdhci', 'mmcblk0'],
    ['MegaRAID SAS', 'sda'],
  ],
};

const uuid = '5f0e6a2c-51f5-4a2b-9d6e-0c5f2f4d7b30';

// On each other bus the disk has been moved, and the list of every image or of the profile drives it: the image knows its
// host, and has nothing that only other roots need.
test('an initrd made for a virtio host with a plain root', { timeout: 1_800_000 }, async (t) => {
  const host = throwAwayHost(t, 'trixie');
  if (host === undefined) return;
  await deploy(host, {});
  plant(absolutePath(host.upper), plainRoot);
  const planned = await host.enter(['pkginitrd', 'build', '--dry-run', '--host-root', bare]);
  assert.match(planned.stdout, /^ {2}└─ partition vda1$/m);
  assert.doesNotMatch(planned.stdout, /^Profiles/m);
  const disk = await rootDisk({ directory: scratch(t), label: 'moved', uuid });
  for (const kind of ['plain', 'portable'] as const) {
    const options = kind === 'plain' ? [] : ['--profile', kind];
    const initrd = await buildIn(host, kind, ['--host-root', bare, ...options]);
    for (const [attach, device] of buses[kind]) {
      await t.test(`${kind} boots from ${attach}`, async () => {
        const booted = await boot({
          kernel: host.kernel.image,
          initrd,
          commandLine: `root=UUID=${uuid} rw`,
          disks: [disk],
          attach,
          until: rootReached,
        });
        provesRoot(booted);
        assert.match(booted.transcript, new RegExp(`^ROOT-MOUNT /dev/${device} ext4$`, 'm'));
      });
    }
  }
});
