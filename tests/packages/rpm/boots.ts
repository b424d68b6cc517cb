import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test, type TestContext } from 'node:test';
import { differences, listTree } from '../apt/support.ts';
import { buildable, provesRoot } from '../../helpers/boots-root.ts';
import { rootDisk, rootReached } from '../../helpers/disk.ts';
import { cachedBuildCommand } from '../../helpers/image.ts';
import type { Kernel } from '../../helpers/kernel.ts';
import { boot } from '../../helpers/qemu.ts';
import { runOk } from '../../helpers/run.ts';
import { scratch } from '../../helpers/scratch.ts';
import { wanted } from '../../helpers/rpm/debs.ts';
import type { RpmManager } from '../../helpers/rpm/hosts.ts';
import type { ManagerFacts } from '../../helpers/rpm/managers.ts';
import {
  cleanUp,
  needsRpm,
  sys,
  throwAwayRpmHost,
  type RpmHost,
} from '../../helpers/rpm/request.ts';

/** Builds by the bundle without any network, from what is cached, and boots the image. */
export function bootsFromCaches({ manager }: ManagerFacts): void {
  after(cleanUp);

  test(`${manager}: an image of the caches boots, and local drop-ins shape it`, async (t) => {
    const made = await prepareBuild(t, manager, 'recorded');
    if (made === undefined) return;
    const { host, kernel, directory, build } = made;
    plant(host, local);
    await runOk([...build, '-t', 'directory', '-o', 'tree']);
    const tree = join(directory, 'tree');
    assert.ok(existsSync(join(tree, 'usr/share/gizmo/version')), 'Packages=');
    assert.ok(!existsSync(join(tree, 'usr/bin/mawk')), 'RemovePackages=');
    assert.equal(readFileSync(join(tree, 'usr/lib/local.txt'), 'utf8'), 'a file of the tree\n');
    assert.match(readFileSync(join(tree, 'postinst.txt'), 'utf8'), /^less is there$/m);
    assert.ok(!existsSync(join(tree, 'var/lib/rpm/rpmdb.sqlite')), 'CleanPackageMetadata=');

    await runOk(build);
    await provesBoot(manager, kernel, directory);
  });
}

/** Builds by the bundle without network and caches, from what is installed, and boots the image. */
export function bootsFromInstalled({ manager, cache }: ManagerFacts): void {
  after(cleanUp);

  test(`${manager}: an image of empty caches, made of what is installed, boots`, async (t) => {
    const made = await prepareBuild(t, manager, 'installed');
    if (made === undefined) return;
    const { host, kernel, directory, build } = made;
    sys.root(host.root).remove(cache);
    const untouched = listTree(host.root, own);
    const ran = await runOk([...build, '--offline']);
    assert.deepEqual(differences(untouched, listTree(host.root, own)), []);
    assert.match(ran.stdout, /(\d+), 0 of them downloaded, \1 taken from the installed system/);
    const manifest = readFileSync(join(directory, 'initrd.manifest.json'), 'utf8');
    assert.match(manifest, /"origin": "installed"/);
    assert.doesNotMatch(manifest, /"origin": "(?!installed)/);
    await provesBoot(manager, kernel, directory);
  });
}

const own = ['var/cache/pkginitrd'];

/** A host with caches, and the commands to build for it; undefined where the test has to be skipped. */
export async function prepareBuild(
  t: TestContext,
  manager: RpmManager,
  world: 'recorded' | 'installed',
) {
  const kernel = needsRpm(t, manager) ? buildable(t) : undefined;
  if (kernel === undefined) return undefined;
  const host = await throwAwayRpmHost(manager, world);
  if (host === undefined) return undefined;
  plant(host, distribution);
  const directory = scratch(t);
  const cachedBuild = [
    ...['unshare', '--net', '--'],
    ...[...cachedBuildCommand(kernel, directory), '--host-root', host.root],
  ];
  return { host, kernel, directory, cachedBuild, build: [...cachedBuild, '--no-cache'] };
}

function plant(host: RpmHost, files: Readonly<Record<string, string>>): void {
  for (const [path, content] of Object.entries(files)) {
    const mode = path.includes('.d/') ? 0o755 : 0o644;
    sys.root(host.root).write(`etc/pkginitrd/${path}`, content, mode);
  }
}

async function provesBoot(manager: string, kernel: Kernel, directory: string): Promise<void> {
  const disk = await rootDisk({ directory, label: `${manager}root`, uuid });
  const booted = await boot({
    ...{ kernel: kernel.image, initrd: join(directory, 'initrd') },
    ...{ commandLine: `root=LABEL=${manager}root rw`, disks: [disk], until: rootReached },
  });
  provesRoot(booted);
}

const uuid = '5d2b6f0e-3a52-4e3c-9a43-1f7f3f0d9c11';

const distribution: Readonly<Record<string, string>> = {
  '20-testrpm.conf': `[Match]\nDistribution=testrpm\n\n[Content]\nPackages=\n${wanted
    .map((name) => `    ${name}\n`)
    .join('')}`,
};

const local: Readonly<Record<string, string>> = {
  '50-local.conf': '[Content]\nPackages=gizmo\nRemovePackages=mawk\n',
  'extra/usr/lib/local.txt': 'a file of the tree\n',
  'postinst.d/10-local.chroot':
    '#!/bin/sh\n[ -x /usr/bin/less ] && echo less is there >/postinst.txt\n',
};
