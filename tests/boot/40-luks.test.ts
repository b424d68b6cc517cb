import assert from 'node:assert/strict';
import { truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { provesRoot } from '../helpers/boots-root.ts';
import { rootDisk, rootReached } from '../helpers/disk.ts';
import { deploy } from '../helpers/kernel-install.ts';
import { boot } from '../helpers/qemu.ts';
import { explain } from '../helpers/run.ts';
import { scratch } from '../helpers/scratch.ts';
import { type ThrowAwayHost, throwAwayHost } from '../helpers/throw-away-host.ts';

const passphrase = 'correct horse';
const luks = '7d7f0c0a-38f1-4c58-8d0e-2f1a5f6a9c11';
const uuid = '0f5cbd0e-6d7c-4a4e-9a58-3f0d8f0c6b42';

// systemd 257 has cryptsetup in a package of its own, and nothing that the initrd asks for depends on it.
test('an initrd opens a LUKS root with a passphrase', { timeout: 1_800_000 }, async (t) => {
  const host = throwAwayHost(t, 'trixie');
  if (host === undefined) return;
  await deploy(host, {});
  const directory = scratch(t);
  const disk = await encryptedDisk(host, directory);
  const initrd = await build(host, 'initrd', []);
  const booted = await boot({
    kernel: host.kernel.image,
    initrd,
    commandLine: `rd.luks.name=${luks}=opened root=UUID=${uuid} rw`,
    disks: [disk],
    dialogue: [{ prompt: /enter passphrase for disk/i, type: passphrase }],
    until: rootReached,
  });
  provesRoot(booted);
  assert.match(booted.transcript, /^ROOT-MOUNT \/dev\/mapper\/opened ext4$/m);
});

/** An ext4 root inside of LUKS. It takes a kernel with device mapper, which the guest has. */
async function encryptedDisk(host: ThrowAwayHost, directory: string): Promise<string> {
  const plain = await rootDisk({ directory, label: 'root', uuid });
  const disk = join(directory, 'luks.img');
  writeFileSync(disk, '');
  truncateSync(disk, 96 * 2 ** 20);
  const initrd = await build(host, 'workshop', [
    ...['--profile', 'rescue', '--packages', 'cryptsetup-bin'],
  ]);
  const steps = [
    // The shell does not wait for the disks.
    'until [ -b /dev/vda ] && [ -b /dev/vdb ]; do sleep 1; done',
    'modprobe dm_crypt',
    // Deriving a key as slowly as a real one takes minutes under emulation.
    `key | cryptsetup luksFormat -q --uuid ${luks} --pbkdf pbkdf2 --pbkdf-force-iterations 1000 --key-file - /dev/vda`,
    'key | cryptsetup open --key-file - /dev/vda made',
    'dd if=/dev/vdb of=/dev/mapper/made bs=1M',
    'sync',
    'cryptsetup close made',
    'echo "made: $((40 + 2))"',
  ];
  const made = await boot({
    kernel: host.kernel.image,
    initrd,
    commandLine: 'rd.systemd.unit=rescue.target systemd.setenv=SYSTEMD_SULOGIN_FORCE=1',
    disks: [disk, plain],
    dialogue: [
      { prompt: /or press Control-D to continue\): ?$/m, type: '' },
      { prompt: /# ?$/m, type: `key() { printf %s '${passphrase}'; }; ${steps.join(' && ')}` },
    ],
    until: /^made: 42$/m,
  });
  assert.equal(made.end, 'reached', made.transcript);
  return disk;
}

async function build(
  host: ThrowAwayHost,
  name: string,
  options: readonly string[],
): Promise<string> {
  const argv = ['pkginitrd', 'build', '-k', host.kernel.version, '-O', '/var/tmp', '-o', name];
  const ran = await host.enter([...argv, ...options]);
  assert.equal(ran.code, 0, explain(argv, ran));
  return join(host.upper, 'var/tmp', name);
}
