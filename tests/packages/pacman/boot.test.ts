import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { AbsolutePath } from '../../../src/model/brands.ts';
import { buildable, provesRoot } from '../../helpers/boots-root.ts';
import { rootDisk, rootReached } from '../../helpers/disk.ts';
import { buildCommand } from '../../helpers/image.ts';
import type { Kernel } from '../../helpers/kernel.ts';
import { boot } from '../../helpers/qemu.ts';
import { runOk, type Ran } from '../../helpers/run.ts';
import { scratch } from '../../helpers/scratch.ts';
import { cleanUp, copyOfHost, differences, distribution, listTree, own } from './support.ts';

// The whole way with the drop-ins for Arch Linux, in a network namespace without a network.

after(cleanUp);

test(
  'an image of a full cache boots, with what a drop-in adds and removes',
  { timeout: 900_000 },
  async (t) => {
    const kernel = buildable(t);
    const made = await distribution(t);
    if (kernel === undefined || made === undefined) return;
    const host = await copyOfHost(made);
    plantDropIn(host);
    const directory = scratch(t);
    const before = listTree(host, own);
    const ran = await build(kernel, host, directory);
    assert.deepEqual(differences(before, listTree(host, own)), []);
    assert.match(ran.stdout, /Packages: \d+, 0 of them downloaded; /);
    const manifest = readFileSync(join(directory, 'initrd.manifest.json'), 'utf8');
    assert.match(manifest, /"name": "strace"/);
    assert.doesNotMatch(manifest, /"name": "less"/);
    assert.match(manifest, /"manager": "pacman"/);
    await boots(scratch(t), kernel, directory);
  },
);

test(
  'an image of an empty cache, made of the installed system, boots',
  { timeout: 900_000 },
  async (t) => {
    const kernel = buildable(t);
    const made = await distribution(t);
    if (kernel === undefined || made === undefined) return;
    const host = await copyOfHost(made);
    for (const path of ['var/cache/pacman/pkg', 'var/lib/pacman/sync']) {
      rmSync(`${host}/${path}`, { recursive: true });
      mkdirSync(`${host}/${path}`);
    }
    const directory = scratch(t);
    const before = listTree(host, own);
    const ran = await build(kernel, host, directory);
    assert.deepEqual(differences(before, listTree(host, own)), []);
    assert.match(ran.stdout, /(\d+), 0 of them downloaded, \1 taken from the installed system/);
    const manifest = readFileSync(join(directory, 'initrd.manifest.json'), 'utf8');
    assert.doesNotMatch(manifest, /"origin": "(?!installed)/);
    await boots(scratch(t), kernel, directory);
  },
);

function plantDropIn(host: AbsolutePath): void {
  const etc = `${host}/etc/pkginitrd`;
  mkdirSync(`${etc}/extra/usr/lib/planted`, { recursive: true });
  mkdirSync(`${etc}/postinst.d`);
  writeFileSync(`${etc}/extra/usr/lib/planted/file`, 'a file of a tree\n');
  writeFileSync(`${etc}/50-local.conf`, '[Content]\nPackages=strace\nRemovePackages=less\n');
  // Fails where one of the others is missing, and with it the build.
  const script = `#!/bin/sh
set -e
test -x "$BUILDROOT/usr/bin/strace"
test -f "$BUILDROOT/usr/lib/planted/file"
echo made by a script > "$BUILDROOT/usr/lib/planted/script"
`;
  writeFileSync(`${etc}/postinst.d/50-check`, script, { mode: 0o755 });
}

async function build(kernel: Kernel, host: AbsolutePath, directory: string): Promise<Ran> {
  const options = ['--offline', '--host-root', host];
  return runOk(['unshare', '--net', ...buildCommand(kernel, directory), ...options]);
}

async function boots(directory: AbsolutePath, kernel: Kernel, images: string): Promise<void> {
  const uuid = '4d2f3c58-0f67-4a2c-8a6a-51f4a9d5c1e7';
  const disk = await rootDisk({ directory, label: 'root', uuid });
  const booted = await boot({
    ...{ kernel: kernel.image, initrd: join(images, 'initrd'), disks: [disk] },
    ...{ commandLine: 'root=LABEL=root rw', until: rootReached },
  });
  provesRoot(booted);
}
