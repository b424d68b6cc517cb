import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { provesRoot } from '../helpers/boots-root.ts';
import { rootDisk, rootReached } from '../helpers/disk.ts';
import { bootFiles, deploy } from '../helpers/kernel-install.ts';
import { boot } from '../helpers/qemu.ts';
import { explain } from '../helpers/run.ts';
import { scratch } from '../helpers/scratch.ts';
import { throwAwayHost } from '../helpers/throw-away-host.ts';

const label = 'rescued-root';

test(
  'kernel-install keeps a rescue image with its own kernel; it boots when the kernel is gone',
  { timeout: 1_800_000 },
  async (t) => {
    const host = throwAwayHost(t, 'trixie');
    if (host === undefined) return;
    const { version } = host.kernel;
    await deploy(host, { generator: 'pkginitrd', options: `root=LABEL=${label} rw` });
    // What refresh runs finds its settings where a machine has them.
    host.write(
      '/etc/kernel/install.conf',
      'layout=bls\ninitrd_generator=pkginitrd\nBOOT_ROOT=/efi\nMACHINE_ID=3a9d668b4db749398a4a5e78a03bffa5\n',
    );
    host.write('/etc/kernel/entry-token', 'test\n');
    host.write('/etc/kernel/cmdline', `root=LABEL=${label} rw\n`);
    host.write('/etc/pkginitrd/50-rescue.conf', '[Output]\nRescue=yes\n');
    const entries = join(host.boot, 'loader/entries');
    mkdirSync(entries, { recursive: true });
    const enter = async (...command: readonly string[]): Promise<string> => {
      const ran = await host.enter(command);
      assert.equal(ran.code, 0, explain(command, ran));
      return ran.stdout + ran.stderr;
    };
    const add = (): Promise<string> => enter('kernel-install', 'add', version, host.kernelImage);
    const rescued = (): readonly string[] =>
      bootFiles(host).filter((file) => file.startsWith('test/pkginitrd-rescue/'));

    assert.match(await add(), /Rescue image for .*: \/efi\/test\/pkginitrd-rescue\/initrd-/);
    const files = rescued();
    assert.equal(files.length, 2);
    assert.doesNotMatch(await enter('pkginitrd', 'status'), /would change/);
    assert.match(await enter('pkginitrd', 'status'), /^\/efi\/test\/pkginitrd-rescue\/initrd-/m);
    assert.match(
      await enter('pkginitrd', 'list', `/efi/${files.find((file) => /initrd/.test(file))}`, 'ps'),
      /usr\/bin\/ps/,
    );

    host.write('/etc/pkginitrd/extra/etc/mark', 'newer\n');
    const refreshed = await enter('pkginitrd', 'refresh');
    assert.equal(refreshed.match(/was built anew/g)?.length, 1, refreshed);
    assert.equal(rescued().length, 2);
    assert.notDeepEqual(rescued(), files);
    assert.equal(await enter('pkginitrd', 'refresh'), '');

    await enter('kernel-install', 'remove', version);
    assert.deepEqual(readdirSync(entries), ['test-0-pkginitrd-rescue.conf']);
    assert.ok(!existsSync(join(host.boot, 'test', version)));
    const text = readFileSync(join(entries, 'test-0-pkginitrd-rescue.conf'), 'utf8');
    const value = (key: string): string =>
      new RegExp(`^${key}\\s+(.*)$`, 'm').exec(text)?.[1] ?? '';
    assert.match(value('options'), / pkginitrd\.rescue$/);
    const disk = await rootDisk({
      directory: scratch(t),
      label,
      uuid: 'c3f7f9c8-0b0e-4d5a-8f7f-3f7a4c1d2e21',
    });
    provesRoot(
      await boot({
        kernel: join(host.boot, value('linux')),
        initrd: join(host.boot, value('initrd')),
        commandLine: `${value('options')} systemd.default_device_timeout_sec=1200`,
        disks: [disk],
        until: rootReached,
        timeout: 1_000_000,
      }),
    );

    host.write('/etc/pkginitrd/50-rescue.conf', '');
    assert.match(await add(), /Removed the rescue image of .*: Rescue=no is set/);
    assert.deepEqual(rescued(), []);
    assert.deepEqual(readdirSync(entries), [`test-${version}.conf`]);
  },
);
