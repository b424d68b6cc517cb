import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { buildable, provesRoot } from '../boots-root.ts';
import { rootDisk, rootReached } from '../disk.ts';
import { buildCommand } from '../image.ts';
import { boot } from '../qemu.ts';
import { runOk } from '../run.ts';
import { scratch } from '../scratch.ts';
import { wanted } from './debs.ts';
import type { RpmManager } from './hosts.ts';
import { cleanUp, needsRpm, sys, throwAwayRpmHost } from './request.ts';

/** Builds by the bundle without any network, with the drop-ins of a local administrator, and boots the image. */
export function bootsFromCaches(manager: RpmManager): void {
  after(cleanUp);

  test(`${manager}: an image of the caches boots, and local drop-ins shape it`, async (t) => {
    const kernel = needsRpm(t) ? buildable(t) : undefined;
    const host = await throwAwayRpmHost(manager);
    if (kernel === undefined || host === undefined) return;
    for (const [path, content] of Object.entries(dropIns)) {
      sys
        .root(host.root)
        .write(`etc/pkginitrd/${path}`, content, path.includes('.d/') ? 0o755 : 0o644);
    }
    const directory = scratch(t);
    const build = [
      ...['unshare', '--net', '--'],
      ...[...buildCommand(kernel, directory), '--host-root', host.root],
    ];
    await runOk([...build, '-t', 'directory', '-o', 'tree']);
    const tree = join(directory, 'tree');
    assert.ok(existsSync(join(tree, 'usr/share/gizmo/version')), 'Packages=');
    assert.ok(!existsSync(join(tree, 'usr/bin/mawk')), 'RemovePackages=');
    assert.equal(readFileSync(join(tree, 'usr/lib/local.txt'), 'utf8'), 'a file of the tree\n');
    assert.match(readFileSync(join(tree, 'postinst.txt'), 'utf8'), /^less is there$/m);
    assert.ok(!existsSync(join(tree, 'var/lib/rpm/rpmdb.sqlite')), 'CleanPackageMetadata=');

    await runOk(build);
    const disk = await rootDisk({ directory, label: `${manager}root`, uuid });
    const booted = await boot({
      ...{ kernel: kernel.image, initrd: join(directory, 'initrd') },
      ...{ commandLine: `root=LABEL=${manager}root rw`, disks: [disk], until: rootReached },
    });
    provesRoot(booted);
  });
}

const uuid = '5d2b6f0e-3a52-4e3c-9a43-1f7f3f0d9c11';

const dropIns: Readonly<Record<string, string>> = {
  '20-testrpm.conf': `[Match]\nDistribution=testrpm\n\n[Content]\nPackages=\n${wanted
    .map((name) => `    ${name}\n`)
    .join('')}`,
  '50-local.conf': '[Content]\nPackages=gizmo\nRemovePackages=mawk\n',
  'extra/usr/lib/local.txt': 'a file of the tree\n',
  'postinst.d/10-local.chroot':
    '#!/bin/sh\n[ -x /usr/bin/less ] && echo less is there >/postinst.txt\n',
};
