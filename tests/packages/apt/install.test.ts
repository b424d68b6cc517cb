import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { absolutePath } from '../../../src/model/brands.ts';
import type { RootTree } from '../../../src/model/packages.ts';
import { installPackages, readHostOwners } from '../../../src/packages/install.ts';
import { cleanUp, differences, failureOf, listTree, aptRequest, skip, sys } from './support.ts';

// The packages of a Debian initrd, from this machine's own repositories: once with the network, once without.

const packages = [
  ...['systemd', 'udev', 'bash', 'less', 'gzip', 'kmod', 'dmsetup', 'libcryptsetup12'],
  ...[
    'libseccomp2',
    'liblzma5',
    'btrfs-progs',
    'e2fsprogs',
    'dosfstools',
    'procps',
    'util-linux',
    'mount',
  ],
  ...['libfido2-1', 'libfdisk1', '^libtss2-mu[0-9.-]+(t64)?$'],
];

let first: RootTree;
let second: RootTree;
after(cleanUp);

test("the host's databases and caches are left as they are", { skip }, async () => {
  const before = hostState();
  first = await installPackages(sys, aptRequest(packages));
  assert.deepEqual(differences(before, hostState()), []);
});

test('the packages and the essential ones are installed and configured', { skip }, () => {
  const names = first.packages.map(({ name }) => name);
  for (const name of ['systemd', 'libfido2-1', 'base-files', 'libc6', 'coreutils', 'dpkg']) {
    assert.ok(names.includes(name), name);
  }
  for (const name of ['apt', 'usrmerge', 'perl']) assert.ok(!names.includes(name), name);
  assert.ok(names.some((name) => name.startsWith('libtss2-mu')));
  const status = sys.root(first.root).readText('var/lib/dpkg/status') ?? '';
  assert.equal(status.match(/^Status: install ok installed$/gm)?.length, names.length);
  assert.equal(status.match(/^Status:/gm)?.length, names.length);
});

test('the root works', { skip }, async () => {
  const sandbox = {
    root: first.root,
    rootWritable: false,
    binds: [],
    network: false,
    suppressSync: false,
  };
  const ran = await sys.run({
    argv: ['bash', '-c', 'systemctl --version | head -n 1; id -un; fsck.ext4 -V 2>&1 | head -n 1'],
    sandbox,
    purpose: 'Try the root',
  });
  assert.match(ran.stdout, /^systemd \d+ .*\nroot\ne2fsck /);
});

test(
  'the root is merged, without documentation, and without what only building needs',
  { skip },
  () => {
    const root = sys.root(first.root);
    assert.equal(root.readlink('bin'), 'usr/bin');
    assert.equal(root.readlink('lib'), 'usr/lib');
    assert.ok(root.stat('usr/share/doc/bash/copyright'));
    assert.equal(root.stat('usr/share/man/man1'), undefined);
    assert.equal(root.stat('usr/share/doc/bash/README'), undefined);
    assert.equal(root.lstat('usr/sbin/policy-rc.d'), undefined);
    assert.equal(root.readText('etc/machine-id'), 'uninitialized\n');
    // Setgid to shadow, by a name that the root's own /etc/group has.
    const { mode, gid } = root.stat('usr/sbin/unix_chkpwd') ?? {};
    assert.deepEqual({ mode, gid }, { mode: 0o2755, gid: 42 });
    assert.notDeepEqual(root.glob('usr/lib/*-linux-gnu/liblzma.so.5'), [], 'kmod opens it by name');
    for (const directory of ['dev', 'run', 'tmp', 'proc', 'sys']) {
      assert.deepEqual(root.list(directory), [], directory);
    }
  },
);

test('every shipped file has an owner, and the owner is right', { skip }, () => {
  const { owners } = first;
  assert.equal(owners.get('usr/bin/bash'), 'bash');
  assert.equal(owners.get('usr/lib/systemd/systemd'), 'systemd');
  assert.equal(owners.get('usr/bin'), undefined);
  const files = [...sys.root(first.root).walk('usr')].filter(({ type }) => type === 'file');
  const strays = files.filter(({ path }) => !owners.has(path)).map(({ path }) => path);
  assert.ok(strays.length < files.length / 100, strays.join(' '));
});

test('the packages of the host and their files are known', { skip }, async () => {
  const owners = await readHostOwners(sys, 'apt', absolutePath('/'));
  assert.equal(owners.get('usr/bin/apt-get'), 'apt');
  assert.equal(owners.get('usr/bin'), undefined);
});

test('the newest package decides the time', { skip }, () => {
  assert.ok(first.newestPackageTime > 1_600_000_000);
  assert.ok(first.newestPackageTime < Date.now() / 1000);
});

test('passwords were last changed when the newest package was built, not today', { skip }, () => {
  const shadow = sys.root(first.root).readText('etc/shadow') ?? '';
  const days = new Set(
    shadow
      .trim()
      .split('\n')
      .map((line) => line.split(':')[2]),
  );
  assert.deepEqual([...days], [`${Math.floor(first.newestPackageTime / 86_400)}`]);
});

test('the version installed on the host is preferred where it can be had', { skip }, () => {
  const same = first.packages.filter(({ version, hostVersion }) => version === hostVersion);
  assert.ok(same.length > first.packages.length / 3);
});

test(
  'without the network the same tree comes of it, byte for byte, in another second',
  { skip },
  async () => {
    await delay(1000);
    second = await installPackages(sys, aptRequest(packages, { offline: true }));
    assert.deepEqual([...new Set(second.packages.map(({ origin }) => origin))], ['cache']);
    assert.deepEqual(differences(listTree(first.root), listTree(second.root)), []);
    assert.equal(second.newestPackageTime, first.newestPackageTime);
  },
);

test('a name that nobody knows is refused with its place and a suggestion', { skip }, async () => {
  const error = await failureOf(
    installPackages(sys, aptRequest(['less', 'systemdd', '^no-such-[0-9]+$'])),
  );
  assert.equal(
    error.message,
    'Cannot install "systemdd" (test.conf:2), "^no-such-[0-9]+$" (test.conf:3): apt knows no such package',
  );
  assert.match(error.hint ?? '', /"systemd"/);
});

// Contents of dpkg's database and of apt's configuration and lists; names, sizes and times of the archives.
function hostState(): readonly string[] {
  const machine = sys.root(absolutePath('/'));
  const archives = machine.list('var/cache/apt/archives').map((name) => {
    const stat = machine.stat(`var/cache/apt/archives/${name}`);
    return `archives/${name} ${stat?.size} ${stat?.mtime}`;
  });
  const trees = ['etc', 'var/lib/dpkg', 'var/lib/apt'].flatMap((path) =>
    listTree(absolutePath(`/${path}`)).map((line) => `${path}/${line}`),
  );
  const caches = ['pkgcache.bin', 'srcpkgcache.bin'].map((name) => {
    const bytes = machine.readBytes(`var/cache/apt/${name}`);
    return `${name} ${bytes === undefined ? '-' : createHash('sha1').update(bytes).digest('hex')}`;
  });
  return [...archives, ...trees, ...caches];
}
