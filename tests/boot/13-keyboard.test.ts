import assert from 'node:assert/strict';
import test from 'node:test';
import { bootable } from '../helpers/boots-root.ts';
import { boot } from '../helpers/qemu.ts';

// The image was made on a host without any keyboard. rescue.target has udev, as a boot that has failed midway does;
// emergency.target, asked for from the start, would find no driver for a bus.
for (const device of ['PS/2', 'USB'] as const) {
  test(
    `what a ${device} keyboard types reaches the shell of the initrd`,
    { timeout: 900_000 },
    async (t) => {
      const pair = await bootable(t);
      if (pair === undefined) return;
      const booted = await boot({
        ...pair,
        commandLine:
          'console=tty0 rd.systemd.unit=rescue.target systemd.setenv=SYSTEMD_SULOGIN_FORCE=1',
        keyboard: {
          device,
          prompt: /or press Control-D to continue/,
          line: 'echo typed-$((40+2)) >/dev/ttyS0',
        },
        until: /^typed-42$/m,
      });
      assert.equal(booted.end, 'reached', booted.transcript);
    },
  );
}
