import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import {
  bootFiles,
  configure,
  deploy,
  kernelInstall,
  onlyOurPlugin,
} from '../helpers/kernel-install.ts';
import { explain } from '../helpers/run.ts';
import { throwAwayHost } from '../helpers/throw-away-host.ts';
import { smallUki } from '../helpers/uki.ts';

interface Case {
  readonly name: string;
  readonly generator?: string;
  readonly args: (version: string, image: string) => readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly reason: RegExp;
}

const cases: readonly Case[] = [
  {
    name: 'another generator',
    generator: 'dracut',
    args: (version, image) => ['add', version, image],
    reason: /The initrd generator is "dracut", not "pkginitrd", skipping/,
  },
  {
    name: 'no generator',
    args: (version, image) => ['add', version, image],
    reason: /The initrd generator is "", not "pkginitrd", skipping/,
  },
  {
    name: 'an initrd of the caller',
    generator: 'pkginitrd',
    args: (version, image) => ['add', version, image, '/efi/given'],
    reason: /The caller brings its own initrd, skipping/,
  },
  {
    name: 'a UKI',
    generator: 'pkginitrd',
    args: (version) => ['add', version, '/efi/uki'],
    // systemd 252 does not look at the image; later versions find out by themselves.
    env: { KERNEL_INSTALL_IMAGE_TYPE: 'uki' },
    reason: /The kernel image is a UKI with an initrd of its own, skipping/,
  },
  {
    name: 'remove',
    generator: 'pkginitrd',
    args: (version) => ['remove', version],
    reason: /Nothing to do for "remove", skipping/,
  },
];

for (const name of ['machine', 'trixie'] as const) {
  test(`kernel-install ${name} skips without Node.js`, { timeout: 600_000 }, async (t) => {
    const host = throwAwayHost(t, name);
    if (host === undefined) return;
    await deploy(host, {});
    host.write('/usr/local/bin/node', '#!/bin/sh\n: >/node-ran\nexit 1\n', 0o755);
    const trace = join(host.upper, 'node-ran');
    const { version } = host.kernel;
    writeFileSync(join(host.boot, 'given'), 'an initrd');
    writeFileSync(join(host.boot, 'uki'), smallUki());

    for (const { name, generator, args, env, reason } of cases) {
      await t.test(name, async () => {
        configure(host, generator === undefined ? {} : { generator });
        const argv = args(version, host.kernelImage);
        const environment = { ...onlyOurPlugin, ...env };
        const quiet = await kernelInstall(host, argv, environment);
        assert.equal(quiet.code, 0, explain(argv, quiet));
        assert.doesNotMatch(quiet.stdout + quiet.stderr, /skipping/);
        const verbose = await kernelInstall(host, ['--verbose', ...argv], environment);
        assert.equal(verbose.code, 0, explain(argv, verbose));
        assert.match(verbose.stderr, reason);
        assert.equal(existsSync(trace), false, 'Node.js was started');
        assert.ok(!bootFiles(host).includes(`test/${version}/initrd`));
        if (name === 'an initrd of the caller') {
          assert.equal(
            readFileSync(join(host.boot, 'test', version, 'given'), 'utf8'),
            'an initrd',
          );
        }
      });
    }

    await t.test('and would see Node.js run', async () => {
      configure(host, { generator: 'pkginitrd' });
      const argv = ['add', version, host.kernelImage];
      const failed = await kernelInstall(host, argv, onlyOurPlugin);
      assert.equal(existsSync(trace), true, explain(argv, failed));
      assert.equal(failed.code, 1, explain(argv, failed));
      assert.match(failed.stderr, /Cannot run without Node\.js/);
    });
  });
}
