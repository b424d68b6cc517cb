import assert from 'node:assert/strict';
import { join } from 'node:path';
import test from 'node:test';
import { buildable, provesRoot } from '../helpers/boots-root.ts';
import { rootDisk, rootReached } from '../helpers/disk.ts';
import { cachedBuildCommand } from '../helpers/image.ts';
import { boot } from '../helpers/qemu.ts';
import { runOk } from '../helpers/run.ts';
import { scratch } from '../helpers/scratch.ts';

const uuid = '2b6f0cc9-04d1-4b3f-8e05-9f7c3e0d6a17';

test(
  'with the profile debug the boot stops where it is told to, and goes on when the shell ends',
  { timeout: 1_200_000 },
  async (t) => {
    const kernel = buildable(t);
    if (kernel === undefined) return;
    const directory = scratch(t);
    await runOk([...cachedBuildCommand(kernel, directory), '--profile', 'debug']);
    const disk = await rootDisk({ directory, label: 'root', uuid });
    const booted = await boot({
      kernel: kernel.image,
      initrd: join(directory, 'initrd'),
      disks: [disk],
      commandLine: `root=UUID=${uuid} rw rd.break=pre-mount rd.systemd.break=pre-switch-root`,
      dialogue: [
        {
          prompt: /The boot stops here, at pre-mount: Control-D goes on/,
          type: 'strace -V | head -n 1; grep -q " /sysroot " /proc/mounts || echo "no root: $((40 + 2))"; exit',
          after: 3000,
        },
        {
          prompt: /The boot stops here, at pre-switch-root: Control-D goes on/,
          type: 'echo "root: $(ls /sysroot/usr/bin/init)"; exit',
          after: 3000,
        },
      ],
      until: rootReached,
      timeout: 400_000,
    });
    provesRoot(booted);
    assert.match(booted.transcript, /^strace -- version \d/m);
    assert.match(booted.transcript, /^no root: 42$/m);
    assert.match(booted.transcript, /^root: \/sysroot\/usr\/bin\/init$/m);
  },
);
