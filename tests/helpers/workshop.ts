import assert from 'node:assert/strict';
import { truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { rootDisk } from './disk.ts';
import { boot } from './qemu.ts';
import { explain } from './run.ts';
import type { ThrowAwayHost } from './throw-away-host.ts';

export interface Work {
  /** Packages with the programs that the steps call. */
  readonly packages: readonly string[];
  /** Shell commands, all of which have to succeed; the blank disks are /dev/vda and so on. */
  readonly steps: readonly string[];
  /** The device of the guest that the root is copied to in the end, and how it is let go. */
  readonly target: string;
  readonly close: string;
  readonly disks: number;
  /** The UUID of the ext4 file system. */
  readonly uuid: string;
}

/** Disks with a root of ours on layers that only a kernel can make: a guest makes them, booted with an initrd of ours. */
export async function madeDisks(
  host: ThrowAwayHost,
  directory: string,
  work: Work,
): Promise<readonly string[]> {
  const plain = await rootDisk({ directory, label: 'root', uuid: work.uuid });
  const disks = Array.from({ length: work.disks }, (_, index) => join(directory, `disk-${index}`));
  for (const disk of disks) {
    writeFileSync(disk, '');
    truncateSync(disk, 96 * 2 ** 20);
  }
  const initrd = await buildIn(host, 'workshop', [
    ...['--profile', 'rescue', '--packages', work.packages.join(',')],
  ]);
  const source = `/dev/vd${'abcdefgh'[work.disks] ?? ''}`;
  const commands = [
    // The shell does not wait for the disks.
    `until [ -b ${source} ]; do sleep 1; done`,
    ...work.steps,
    `dd if=${source} of=${work.target} bs=1M`,
    'sync',
    work.close,
    'echo "made: $((40 + 2))"',
  ];
  const made = await boot({
    kernel: host.kernel.image,
    initrd,
    // Messages of the kernel would stand behind the shell's prompt.
    commandLine: 'quiet rd.systemd.unit=rescue.target systemd.setenv=SYSTEMD_SULOGIN_FORCE=1',
    disks: [...disks, plain],
    dialogue: [
      { prompt: /or press Control-D to continue\): ?$/m, type: '' },
      { prompt: /^root@.*# ?/m, type: commands.join(' && ') },
    ],
    until: /^made: 42$/m,
    // The steps make file systems and keys, on a machine that may be busy.
    timeout: 600_000,
  });
  assert.equal(made.end, 'reached', made.transcript);
  return disks;
}

/** `pkginitrd build` in the host; the image's path as this machine sees it. */
export async function buildIn(
  host: ThrowAwayHost,
  name: string,
  options: readonly string[],
): Promise<string> {
  const argv = ['pkginitrd', 'build', '-k', host.kernel.version, '-O', '/var/tmp', '-o', name];
  const ran = await host.enter([...argv, ...options]);
  assert.equal(ran.code, 0, explain([...argv, ...options], ran));
  return join(host.upper, 'var/tmp', name);
}
