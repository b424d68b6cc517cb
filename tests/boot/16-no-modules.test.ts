import assert from 'node:assert/strict';
import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { absolutePath } from '../../src/model/brands.ts';
import { rootDisk, rootReached } from '../helpers/disk.ts';
import { deploy } from '../helpers/kernel-install.ts';
import { kernelBelow } from '../helpers/kernel.ts';
import { need } from '../helpers/need.ts';
import { cache } from '../helpers/paths.ts';
import { explain, run } from '../helpers/run.ts';
import { plant, scratch } from '../helpers/scratch.ts';
import { bare, throwAwayHost } from '../helpers/throw-away-host.ts';
import { device, disk, loaded, mounts } from '../hosts/sysfs.ts';

const uuid = '3b9d1c52-5a0c-4e9a-9d39-6d6f5b8f6a13';

// A kernel whose drivers are built in, and that is a program of this machine: User Mode Linux, with its own disk.
const machine = {
  ...loaded(),
  ...device('platform/uml-blkdev.0', 'platform', {
    modalias: 'platform:uml-blkdev',
    driver: 'uml-blkdev',
  }),
  ...disk('platform/uml-blkdev.0', 'ubda', [98, 0]),
  ...mounts(['98:0', '/', 'ext4', '/dev/ubda']),
  'proc/cmdline': `root=UUID=${uuid} rw\n`,
};

for (const kind of ['a list of what is built in', 'no modules directory at all'] as const) {
  test(`an initrd for a kernel with ${kind} boots`, { timeout: 900_000 }, async (t) => {
    const kernel = kernelBelow(join(cache, 'uml'));
    if (!need(t, kernel, 'no kernel without modules: run tests/helpers/setup.sh')) return;
    const host = throwAwayHost(t, 'trixie');
    if (host === undefined || kernel === undefined) return;
    const { version } = kernel;
    await deploy(host, {});
    cpSync(kernel.root, host.upper, { recursive: true });
    if (kind === 'no modules directory at all') {
      rmSync(join(host.upper, 'usr/lib/modules'), { recursive: true });
      const config = join(host.upper, `boot/config-${version}`);
      const text = readFileSync(config, 'utf8');
      writeFileSync(config, text.replace(/^CONFIG_MODULES=y$/m, '# CONFIG_MODULES is not set'));
    }
    plant(absolutePath(host.upper), machine);
    const build = [
      'pkginitrd',
      'build',
      '-k',
      version,
      '--host-root',
      bare,
      '-o',
      '/var/tmp/initrd',
    ];
    const built = await host.enter(build);
    assert.equal(built.code, 0, explain(build, built));
    assert.doesNotMatch(built.stdout + built.stderr, /\.ko\b/);

    const directory = scratch(t);
    const root = await rootDisk({ directory, label: 'root', uuid });
    const booted = await run(
      [
        ...[
          kernel.image,
          'mem=512M',
          `ubd0=${root}`,
          `initrd=${join(host.upper, 'var/tmp/initrd')}`,
        ],
        ...[`uml_dir=${directory}/`, 'con=null', 'con0=null,fd:1', 'console=tty0', 'panic=1'],
        ...[`root=UUID=${uuid}`, 'rw'],
      ],
      { timeout: 300_000 },
    );
    const console = booted.stdout.replaceAll('\r', '');
    assert.match(console, /^ROOT-MOUNT \/dev\/ubda ext4$/m);
    assert.match(console, rootReached);
    assert.doesNotMatch(console, /FAILED|Timed out/);
  });
}
