import assert from 'node:assert/strict';
import { join } from 'node:path';
import test from 'node:test';
import { bootable, buildable } from '../helpers/boots-root.ts';
import { rootDisk } from '../helpers/disk.ts';
import { bootFaults } from '../helpers/planted/boot-fault.ts';
import { faultsOf, plantFault, type Fault, type Kind } from '../helpers/planted/faults.ts';
import { readFiles } from '../helpers/planted/image-files.ts';
import { judgeOf } from '../helpers/planted/judge.ts';
import { pathsToHarm } from '../helpers/planted/paths-to-harm.ts';
import { scratch } from '../helpers/scratch.ts';

// In full, each fault in each file: npm run planted.

const units = 'usr/lib/systemd/system';
const booted: readonly (readonly [path: string, kind: Kind, boots: boolean])[] = [
  ['etc/passwd', 'removed', true],
  [`${units}/local-fs.target`, 'masked', true],
  ['usr/bin/systemctl', 'removed', false],
  [`${units}/sysinit.target`, 'removed', false],
  [`${units}/sysinit.target`, 'text', true],
  [`${units}/initrd.target`, 'text', false],
  // e2fsck is there, and does not start: the check of / fails.
  ['usr/lib/x86_64-linux-gnu/libext2fs.so.2', 'removed', false],
];

test('verify and the boot agree on planted faults', { timeout: 1_800_000 }, async (t) => {
  const pair = await bootable(t);
  const kernel = buildable(t);
  if (pair === undefined || kernel === undefined) return;
  const good = await readFiles(pair.initrd);
  const judge = judgeOf(good, kernel.version);
  assert.deepEqual(await judge(good), []);
  const directory = scratch(t);
  const uuid = '4d2f3c58-0f67-4a2c-8a6a-51f4a9d5c1e7';
  const disk = await rootDisk({ directory, label: 'root', uuid });
  const commandLine = `root=UUID=${uuid} rw`;
  const guest = { kernel: pair.kernel, disk, commandLine, directory: join(directory, 'boots') };
  for (const [path, kind, boots] of booted) {
    await t.test(`${path} ${kind}`, async () => {
      const passes = (await judge(plantFault(good, { path, kind }))).length === 0;
      const came = await bootFaults(guest, good, [{ path, kind }]);
      assert.deepEqual({ passes, boots: came === 'boots' }, { passes: boots, boots }, came);
    });
  }
});

// None of these was seen to boot.
const fatal: readonly RegExp[] = [
  /\/lib\/systemd\/(?:systemd|systemd-executor|systemd-udevd)$|\/(?:ld-linux-x86-64\.so\.2|libc\.so\.6)$/,
  /\/system\/(?:initrd|basic|sysinit|initrd-root-fs)\.target$/,
  /\/(?:initrd-parse-etc|initrd-cleanup|initrd-switch-root)\.service$/,
  /\/(?:ext4|jbd2|virtio_blk)\.ko(?:\.\w+)?$|\/modules\.alias\.bin$/,
];

const isBare = /\/(?:basic|sysinit|initrd-root-fs)\.target$/;

test('verify refuses every fault in what no boot goes without', { timeout: 900_000 }, async (t) => {
  const pair = await bootable(t);
  const kernel = buildable(t);
  if (pair === undefined || kernel === undefined) return;
  const good = await readFiles(pair.initrd);
  const judge = judgeOf(good, kernel.version);
  const paths = pathsToHarm(good).filter((path) => fatal.some((each) => each.test(path)));
  assert.ok(paths.length >= 14, paths.join(' '));
  const passed: Fault[] = [];
  for (const fault of faultsOf(good, paths)) {
    // Of garbage, these are targets without dependencies of their own, and boot.
    if (isBare.test(fault.path) && /text|truncated/.test(fault.kind)) continue;
    // ld.so maps libraries, and does not run them.
    if (fault.path.endsWith('/libc.so.6') && fault.kind === 'not executable') continue;
    if ((await judge(plantFault(good, fault))).length === 0) passed.push(fault);
  }
  assert.deepEqual(passed, []);
});
