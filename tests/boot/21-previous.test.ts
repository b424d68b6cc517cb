import assert from 'node:assert/strict';
import { mkdirSync, readdirSync } from 'node:fs';
import test from 'node:test';
import { provesRoot } from '../helpers/boots-root.ts';
import { rootDisk, rootReached } from '../helpers/disk.ts';
import { deploy, loaderEntry } from '../helpers/kernel-install.ts';
import { boot } from '../helpers/qemu.ts';
import { explain } from '../helpers/run.ts';
import { scratch } from '../helpers/scratch.ts';
import { throwAwayHost } from '../helpers/throw-away-host.ts';

const label = 'entry-root';

test(
  'refresh builds once what has changed, and the image before boots from its entry',
  { timeout: 1_800_000 },
  async (t) => {
    const host = throwAwayHost(t, 'trixie');
    if (host === undefined) return;
    await deploy(host, { generator: 'pkginitrd', options: `root=LABEL=${label} rw` });
    // What refresh runs finds its settings where a machine has them.
    host.write(
      '/etc/kernel/install.conf',
      'layout=bls\ninitrd_generator=pkginitrd\nBOOT_ROOT=/efi\nMACHINE_ID=3a9d668b4db749398a4a5e78a03bffa5\n',
    );
    host.write('/etc/kernel/entry-token', 'test\n');
    host.write('/etc/kernel/cmdline', `root=LABEL=${label} rw\n`);
    mkdirSync(`${host.boot}/loader/entries`, { recursive: true });
    const enter = async (...command: readonly string[]): Promise<readonly string[]> => {
      const ran = await host.enter(command);
      assert.equal(ran.code, 0, explain(command, ran));
      return ran.stderr.split('\n').filter((line) => line !== '');
    };
    const refresh = (): Promise<readonly string[]> => enter('pkginitrd', 'refresh');
    await enter('kernel-install', 'add', host.kernel.version, host.kernelImage);

    assert.deepEqual(await refresh(), [], 'nothing has changed');
    host.write('/etc/pkginitrd/extra/etc/mark', 'newer\n');
    const [line = '', ...more] = await refresh();
    assert.deepEqual(more, []);
    assert.match(
      line,
      /^pkginitrd: \/efi\/test\/.*\/initrd was built anew: setting ExtraTrees: changed$/,
    );
    assert.deepEqual(await refresh(), []);
    assert.deepEqual(readdirSync(`${host.boot}/test/${host.kernel.version}`).sort(), [
      'initrd',
      'linux',
      'previous-initrd',
    ]);

    const entry = loaderEntry(host, '-previous');
    assert.ok(entry !== undefined, 'no entry for the previous image');
    const [initrd, ...others] = entry.initrds;
    assert.ok(initrd?.endsWith('/previous-initrd') === true && others.length === 0);
    assert.match(entry.options, / pkginitrd\.previous$/);
    const disk = await rootDisk({
      directory: scratch(t),
      label,
      uuid: 'c3f7f9c8-0b0e-4d5a-8f7f-3f7a4c1d2e20',
    });
    const { kernel, options } = entry;
    provesRoot(
      await boot({
        kernel,
        initrd,
        commandLine: `${options} systemd.default_device_timeout_sec=1200`,
        disks: [disk],
        until: rootReached,
        timeout: 1_000_000,
      }),
    );
  },
);
