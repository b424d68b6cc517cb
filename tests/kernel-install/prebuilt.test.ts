import assert from 'node:assert/strict';
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { deploy, kernelInstall, loaderEntry, onlyOurPlugin } from '../helpers/kernel-install.ts';
import { explain } from '../helpers/run.ts';
import { throwAwayHost } from '../helpers/throw-away-host.ts';

for (const name of ['machine', 'trixie'] as const) {
  test(
    `kernel-install ${name} uses an initrd beside the kernel`,
    { timeout: 600_000 },
    async (t) => {
      const host = throwAwayHost(t, name);
      if (host === undefined) return;
      await deploy(host, { generator: 'pkginitrd' });
      const shipped = join(host.upper, 'opt/kernel');
      mkdirSync(shipped, { recursive: true });
      copyFileSync(host.kernel.image, join(shipped, 'vmlinuz'));
      writeFileSync(join(shipped, 'initrd'), 'built elsewhere');

      const add = ['add', host.kernel.version, '/opt/kernel/vmlinuz'];
      const added = await kernelInstall(host, add, onlyOurPlugin);
      assert.equal(added.code, 0, explain(add, added));
      const [initrd, ...more] = loaderEntry(host)?.initrds ?? [];
      assert.ok(initrd !== undefined && more.length === 0);
      assert.equal(readFileSync(initrd, 'utf8'), 'built elsewhere');
    },
  );
}
