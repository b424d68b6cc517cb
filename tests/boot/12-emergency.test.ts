import assert from 'node:assert/strict';
import test from 'node:test';
import { bootable } from '../helpers/boots-root.ts';
import { rootDisk } from '../helpers/disk.ts';
import { boot } from '../helpers/qemu.ts';
import { scratch } from '../helpers/scratch.ts';

// In an initrd only the options with `rd.` choose the unit; the environment has no such prefix.
const emergency = 'rd.systemd.unit=emergency.target';

test('the emergency shell opens when it is forced', { timeout: 900_000 }, async (t) => {
  const pair = await bootable(t);
  if (pair === undefined) return;
  const booted = await boot({
    ...pair,
    commandLine: `${emergency} systemd.setenv=SYSTEMD_SULOGIN_FORCE=1`,
    dialogue: [
      { prompt: /\(or press Control-D to continue\): ?$/m, type: '' },
      {
        prompt: /# ?$/m,
        type: 'echo "sum: $((40 + 2)) in $(systemctl is-active emergency.target)"',
      },
    ],
    until: /^sum: 42 in active$/m,
  });
  assert.equal(booted.end, 'reached', booted.transcript);
});

test(
  'an emergency says what was waited for and what there is, and the shell stays locked',
  { timeout: 900_000 },
  async (t) => {
    const pair = await bootable(t);
    if (pair === undefined) return;
    const [there, gone] = [
      '4d2f3c58-0f67-4a2c-8a6a-51f4a9d5c1e7',
      '00000000-0000-4000-8000-000000000000',
    ];
    const disk = await rootDisk({ directory: scratch(t), label: 'other', uuid: there });
    const booted = await boot({
      ...pair,
      disks: [disk],
      commandLine: `root=UUID=${gone} systemd.default_device_timeout_sec=20`,
      until: /the root account is locked/,
    });
    assert.equal(booted.end, 'reached', booted.transcript);
    assert.doesNotMatch(booted.transcript, /or press Control-D/);
    const [, words = ''] = booted.transcript.split('The boot stopped in the initrd of ');
    assert.match(words, new RegExp(`^Command line: .*root=UUID=${gone}`, 'm'));
    assert.match(words, new RegExp(`^Never came: /dev/disk/by-uuid/${gone}$`, 'm'));
    assert.match(words, new RegExp(`^  vda +\\d+ MiB  ext4 .*UUID=${there} LABEL=other$`, 'm'));
    assert.match(words, /SYSTEMD_SULOGIN_FORCE=1/);
  },
);
