import assert from 'node:assert/strict';
import { existsSync, lstatSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { digestOf } from '../helpers/image.ts';
import { bootFiles, deploy, kernelInstall, loaderEntry } from '../helpers/kernel-install.ts';
import { explain } from '../helpers/run.ts';
import { type ThrowAwayHost, throwAwayHost } from '../helpers/throw-away-host.ts';

for (const name of ['machine', 'trixie'] as const) {
  test(`kernel-install ${name}: add, a failing add, remove`, { timeout: 1_200_000 }, async (t) => {
    const host = throwAwayHost(t, name);
    if (host === undefined) return;
    await deploy(host, { generator: 'pkginitrd', options: 'root=LABEL=somewhere' });
    const { version } = host.kernel;
    const add = ['add', version, host.kernelImage];
    const files = [
      `loader/entries/test-${version}.conf`,
      `test/${version}/initrd`,
      `test/${version}/linux`,
    ];

    await t.test('add leaves kernel, initrd and loader entry', async () => {
      const added = await kernelInstall(host, add);
      assert.equal(added.code, 0, explain(add, added));
      assert.doesNotMatch(added.stdout, /pkginitrd/, 'stdout has to stay quiet');
      assert.deepEqual(bootFiles(host), files);
      const entry = loaderEntry(host);
      assert.deepEqual(entry, {
        kernel: `${host.boot}/test/${version}/linux`,
        initrds: [`${host.boot}/test/${version}/initrd`],
        options: 'root=LABEL=somewhere',
      });
      assert.ok(statSync(entry.initrds[0] ?? '').size > 1_000_000);
      assert.deepEqual(readFileSync(entry.kernel), readFileSync(host.kernel.image));
      assert.deepEqual(leftovers(host), []);
    });

    await t.test('an add that fails leaves the older entry byte for byte', async () => {
      const before = digestOf([host.boot]);
      host.write('/etc/pkginitrd/99-broken.conf', '[Content]\nPackagse=nonsense\n');
      const failed = await kernelInstall(host, add);
      assert.equal(failed.code, 1, explain(add, failed));
      assert.match(failed.stderr, /99-broken\.conf:2/);
      assert.equal(digestOf([host.boot]), before);
      assert.deepEqual(leftovers(host), []);
    });

    await t.test('remove leaves nothing', async () => {
      const remove = ['remove', version];
      const removed = await kernelInstall(host, remove);
      assert.equal(removed.code, 0, explain(remove, removed));
      assert.deepEqual(bootFiles(host), []);
    });
  });
}

// Only what this host wrote: other builds of the machine may be under way below. A character device stands for a
// workspace below that a killed build has left and this one has removed (overlayfs).
function leftovers(host: ThrowAwayHost): readonly string[] {
  const directory = join(host.upper, 'var/tmp');
  if (!existsSync(directory)) return [];
  return readdirSync(directory).filter(
    (name) => !lstatSync(join(directory, name)).isCharacterDevice(),
  );
}
