import assert from 'node:assert/strict';
import { chmodSync, existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { test } from 'node:test';
import { absolutePath } from '../../../src/model/brands.ts';
import type { RootTree } from '../../../src/model/packages.ts';
import type { RootPlan } from '../../../src/model/plan.ts';
import type { Command } from '../../../src/model/sys.ts';
import { makePlan } from '../../../src/plan/plan.ts';
import { makeInitrdRoot } from '../../../src/root/make-initrd-root.ts';
import { scriptCommand } from '../../../src/root/scripts.ts';
import { makeSys } from '../../../src/sys/sys.ts';
import { config, facts, removals, words } from '../../helpers/plan-fixture.ts';
import { buildElf } from '../formats/build-elf.ts';
import { plant, scratch, type Tree } from '../../helpers/scratch.ts';

const installed: Tree = {
  'usr/lib/systemd/systemd': '',
  'usr/lib/os-release': 'ID=debian\nPRETTY_NAME="Debian 13"\nVARIANT_ID=server\n',
  'etc/os-release': { link: '../usr/lib/os-release' },
  'var/lib/dpkg/status': '',
  'usr/share/doc/x/copyright': '',
};

function planFor(changes: Parameters<typeof config>[0] = {}): RootPlan {
  const modules = { directory: '', files: [], missing: [], leftOut: [], rootNeeds: [] };
  return makePlan(config(changes), facts(), modules, new Map(), { generic: false, offline: false })
    .root;
}

function treeAt(root: string): RootTree {
  return {
    root: absolutePath(root),
    packages: [],
    owners: new Map(),
    metadata: ['var/lib/dpkg'],
    newestPackageTime: 0,
    warnings: [],
  };
}

function recording() {
  const commands: Command[] = [];
  const sys = {
    ...makeSys({ searchPath: '/usr/bin:/bin' }),
    run: async (command: Command) => {
      commands.push(command);
      return { exitCode: 0, stdout: '', stderr: '' };
    },
  };
  return { sys, commands };
}

const options = {
  hostRoot: absolutePath('/'),
  distribution: { id: 'debian', version: '13' },
  architecture: 'x86-64',
  epoch: 1_700_000_000,
} as const;

test('makeInitrdRoot() makes the files that tell systemd it is in an initrd', async (t) => {
  const root = plant(scratch(t), installed);
  await makeInitrdRoot(recording().sys, treeAt(root), planFor(), options);
  assert.equal(readlinkSync(`${root}/init`), 'usr/lib/systemd/systemd');
  assert.equal(
    readFileSync(`${root}/etc/initrd-release`, 'utf8'),
    'ID=debian\nPRETTY_NAME="Debian 13 (initrd)"\nVARIANT_ID=initrd\n',
  );
  assert.equal(readFileSync(`${root}/etc/machine-id`, 'utf8'), 'uninitialized\n');
  assert.ok(existsSync(`${root}/sysroot`));
});

test('makeInitrdRoot() removes the package database and RemoveFiles=, in the root only', async (t) => {
  const outside = plant(scratch(t), { 'doc/precious': '' });
  const root = plant(scratch(t), {
    ...installed,
    link: { link: `${outside}/doc` },
    'etc/resolv.conf': { link: `${outside}/doc/precious` },
  });
  const plan = planFor({ removeFiles: removals('/usr/share/doc', '/link/*', '/etc/resolv.conf') });
  await makeInitrdRoot(recording().sys, treeAt(root), plan, options);
  assert.deepEqual(
    ['var/lib/dpkg', 'usr/share/doc', 'etc/resolv.conf'].filter((path) =>
      existsSync(`${root}/${path}`),
    ),
    [],
  );
  assert.ok(existsSync(`${outside}/doc/precious`));
});

test('makeInitrdRoot() lets defaults remove nothing that the user has named', async (t) => {
  const names = ['usr/bin/owned', 'usr/bin/brought', 'usr/bin/other', 'usr/share/doc/owned/x'];
  const root = plant(scratch(t), {
    ...installed,
    ...Object.fromEntries(names.map((name) => [name, ''])),
  });
  const extra = plant(scratch(t), { 'bin/brought': '' });
  const plan = planFor({
    ownPackages: ['owned'],
    extraTrees: words('x').map(({ from }) => ({ from, value: { source: extra, target: '/usr' } })),
    removeFiles: [...removals('/usr/bin/own*', '/usr/bin/*', '/usr/share/doc/*')].map((item) => ({
      ...item,
      isDefault: true,
    })),
  });
  const owners = new Map([
    ['bin/owned', 'owned'],
    ['usr/share/doc/owned/x', 'owned'],
    ['usr/bin/other', 'other'],
  ]);
  await makeInitrdRoot(recording().sys, { ...treeAt(root), owners }, plan, options);
  assert.deepEqual(
    names.filter((name) => existsSync(`${root}/${name}`)),
    ['usr/bin/owned', 'usr/bin/brought'],
  );
});

test('makeInitrdRoot() removes libraries that nothing left is linked with or may open', async (t) => {
  const library = (soname: string, needed: readonly string[] = []): Buffer =>
    buildElf({ soname, needed });
  const note = JSON.stringify([{ soname: ['libopened.so.1'], priority: 'recommended' }]);
  const root = plant(scratch(t), {
    ...installed,
    'usr/bin/user': buildElf({ needed: ['libused.so.1', 'libbyname.so.1'], dlopen: [note] }),
    'usr/bin/gone': buildElf({ needed: ['libunused.so.1'] }),
    'usr/lib/libused.so.1': { link: 'libused.so.1.2' },
    'usr/lib/libused.so.1.2': library('libused.so.1'),
    'usr/lib/libbyname.so.1': { link: 'byname-1.2.so' },
    'usr/lib/byname-1.2.so': library('libbyname.so.1'),
    'usr/lib/libopened.so.1': library('libopened.so.1'),
    'usr/lib/libunused.so.1': { link: 'libunused.so.1.2' },
    'usr/lib/libunused.so.1.2': library('libunused.so.1', ['libbelow.so']),
    'usr/lib/libbelow.so': library('libbelow.so'),
    'usr/lib/libother.so': library('libother.so'),
  });
  const names = ['used', 'opened', 'unused', 'below'];
  const patterns = [...names.map((name) => `/usr/lib/lib${name}.so*`), '/usr/lib/byname-*.so'];
  const plan = planFor({
    removeFiles: removals('/usr/bin/gone'),
    removeUnusedLibraries: words(...patterns),
  });
  await makeInitrdRoot(recording().sys, treeAt(root), plan, options);
  assert.deepEqual(
    readdirSync(`${root}/usr/lib`).filter((name) => name.includes('.so')),
    [
      'byname-1.2.so',
      'libbyname.so.1',
      'libopened.so.1',
      'libother.so',
      'libused.so.1',
      'libused.so.1.2',
    ],
  );
});

test('makeInitrdRoot() keeps the package database with CleanPackageMetadata=no', async (t) => {
  const root = plant(scratch(t), installed);
  const plan = planFor({ cleanPackageMetadata: false });
  await makeInitrdRoot(recording().sys, treeAt(root), plan, options);
  assert.ok(existsSync(`${root}/var/lib/dpkg/status`));
});

test('makeInitrdRoot() without systemd or an /init says which setting brings one', async (t) => {
  const root = plant(scratch(t), { 'etc/os-release': '' });
  await assert.rejects(makeInitrdRoot(recording().sys, treeAt(root), planFor(), options), {
    message: /no package brought/,
    hint: /Name systemd in Packages=/,
  });
});

test('makeInitrdRoot() copies trees and runs the scripts around the tools of the root', async (t) => {
  const extra = plant(scratch(t), { 'usr/lib/udev/rules.d/10.rules': '' });
  const root = plant(scratch(t), { ...installed, 'usr/bin/systemd-sysusers': '' });
  chmodSync(`${root}/usr/bin/systemd-sysusers`, 0o755);
  const script = (path: string) =>
    words('').map(({ from }) => ({ from, value: { path: absolutePath(path), insideRoot: true } }));
  const { sys, commands } = recording();
  const plan = planFor({
    extraTrees: words('').map(({ from }) => ({ from, value: { source: extra, target: '/' } })),
    postinstScripts: script('/etc/pkginitrd/postinst.d/a.chroot'),
    finalizeScripts: script('/etc/pkginitrd/finalize.d/b.chroot'),
  });
  await makeInitrdRoot(sys, treeAt(root), plan, options);
  assert.ok(existsSync(`${root}/usr/lib/udev/rules.d/10.rules`));
  assert.deepEqual(
    commands.map(({ argv }) => argv[0]),
    ['/tmp/scripts/a.chroot', '/usr/bin/systemd-sysusers', '/tmp/scripts/b.chroot'],
  );
});

test('scriptCommand() outside the root sees the host read-only and the root at $BUILDROOT', () => {
  const context = {
    ...options,
    root: absolutePath('/work/root'),
    environment: { LEVEL: '3' },
  };
  const { env, sandbox } = scriptCommand(
    { path: '/etc/pkginitrd/postinst.d/a', insideRoot: false, from: { type: 'default' } },
    'postinst',
    context,
  );
  assert.deepEqual(
    { ...env },
    {
      SOURCE_DATE_EPOCH: '1700000000',
      SYSTEMD_OFFLINE: '1',
      SYSTEMD_IN_CHROOT: '1',
      LANG: 'C.UTF-8',
      LEVEL: '3',
      BUILDROOT: '/tmp/buildroot',
      DISTRIBUTION: 'debian',
      RELEASE: '13',
      ARCHITECTURE: 'x86-64',
    },
  );
  assert.equal(sandbox?.rootWritable, false);
  assert.equal(sandbox.network, false);
  assert.deepEqual(
    sandbox.binds.filter(({ writable }) => writable),
    [{ source: '/work/root', target: '/tmp/buildroot', writable: true }],
  );
});
