import assert from 'node:assert/strict';
import test from 'node:test';
import { provesRoot } from '../helpers/boots-root.ts';
import { rootDisk, rootReached } from '../helpers/disk.ts';
import { deploy, kernelInstall, loaderEntry } from '../helpers/kernel-install.ts';
import { boot } from '../helpers/qemu.ts';
import { explain } from '../helpers/run.ts';
import { scratch } from '../helpers/scratch.ts';
import { throwAwayHost } from '../helpers/throw-away-host.ts';

const label = 'entry-root';

for (const name of ['machine', 'trixie'] as const) {
  test(
    `what kernel-install leaves on the ESP boots: ${name}`,
    { timeout: 1_200_000 },
    async (t) => {
      const host = throwAwayHost(t, name);
      if (host === undefined) return;
      await deploy(host, { generator: 'pkginitrd', options: `root=LABEL=${label} rw` });
      const args = ['add', host.kernel.version, host.kernelImage];
      const added = await kernelInstall(host, args);
      assert.equal(added.code, 0, explain(args, added));

      const entry = loaderEntry(host);
      assert.ok(entry !== undefined, 'no loader entry');
      const [initrd, ...more] = entry.initrds;
      assert.ok(initrd !== undefined && more.length === 0, `initrds: ${entry.initrds.join(' ')}`);
      const disk = await rootDisk({
        directory: scratch(t),
        label,
        uuid: 'c3f7f9c8-0b0e-4d5a-8f7f-3f7a4c1d2e20',
      });
      const { kernel, options } = entry;
      provesRoot(
        await boot({ kernel, initrd, commandLine: options, disks: [disk], until: rootReached }),
      );
    },
  );
}
