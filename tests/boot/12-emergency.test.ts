import assert from 'node:assert/strict';
import test from 'node:test';
import { bootable } from '../helpers/boots-root.ts';
import { boot } from '../helpers/qemu.ts';

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

test('the emergency shell stays locked without the option', { timeout: 900_000 }, async (t) => {
  const pair = await bootable(t);
  if (pair === undefined) return;
  const booted = await boot({
    ...pair,
    commandLine: emergency,
    until: /the root account is locked/,
  });
  assert.equal(booted.end, 'reached', booted.transcript);
  assert.doesNotMatch(booted.transcript, /or press Control-D/);
});
