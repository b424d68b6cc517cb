import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { bootFiles, deploy, kernelInstall, onlyOurPlugin } from '../helpers/kernel-install.ts';
import { explain } from '../helpers/run.ts';
import { type ThrowAwayHost, throwAwayHost } from '../helpers/throw-away-host.ts';

test('kernel-install says what is missing', { timeout: 600_000 }, async (t) => {
  const host = throwAwayHost(t, 'trixie');
  if (host === undefined) return;
  await deploy(host, { generator: 'pkginitrd' });

  await t.test('an old Node.js', async () => {
    host.write('/usr/local/bin/node', '#!/bin/sh\necho v18.20.4\n', 0o755);
    await host.enter(['rm', '/usr/bin/node']);
    await failsWith(
      host,
      /Cannot run without Node\.js 20\.19 or newer: \/usr\/local\/bin\/node v18\.20\.4/,
    );
    rmSync(join(host.upper, 'usr/local/bin/node'));
  });

  await t.test('no Node.js', () =>
    failsWith(host, /Cannot run without Node\.js 20\.19 or newer: none in/),
  );

  await t.test('no bundle', async () => {
    rmSync(join(host.upper, 'usr/lib/pkginitrd/pkginitrd.mjs'));
    await failsWith(host, /Cannot read "\/usr\/lib\/pkginitrd\/pkginitrd\.mjs"/);
  });

  await t.test('no program', async () => {
    rmSync(join(host.upper, 'usr/bin/pkginitrd'));
    await failsWith(host, /Cannot build an initrd: no program at "\/usr\/bin\/pkginitrd"/);
  });
});

async function failsWith(host: ThrowAwayHost, message: RegExp): Promise<void> {
  const add = ['add', host.kernel.version, host.kernelImage];
  const failed = await kernelInstall(host, add, onlyOurPlugin);
  assert.equal(failed.code, 1, explain(add, failed));
  assert.match(failed.stderr, message);
  assert.deepEqual(bootFiles(host), []);
}
