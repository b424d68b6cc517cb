import assert from 'node:assert/strict';
import {
  appendFileSync,
  chmodSync,
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { absolutePath, type AbsolutePath } from '../../../src/model/brands.ts';
import type { PackageOrigin } from '../../../src/model/packages.ts';
import { loadConfig } from '../../../src/config/load.ts';
import { installPackages } from '../../../src/packages/install.ts';
import { buildable, provesRoot } from '../../helpers/boots-root.ts';
import { buildCommand } from '../../helpers/image.ts';
import { rootDisk, rootReached } from '../../helpers/disk.ts';
import { checkout } from '../../helpers/paths.ts';
import { boot } from '../../helpers/qemu.ts';
import { runOk } from '../../helpers/run.ts';
import { scratch } from '../../helpers/scratch.ts';
import {
  cleanUp,
  differences,
  failureOf,
  listTree,
  requestFor,
  skip,
  sys,
  temporary,
} from './support.ts';

// A host with every package of an initrd installed and not one archive in a cache, without the network.

const sources: readonly PackageOrigin[] = ['cache', 'installed', 'network'];
const own = ['var/cache/pkginitrd'];
let host: AbsolutePath;

before(async () => {
  if (skip !== false) return;
  const tree = await installPackages(sys, requestFor([...defaultPackages(), 'apt']));
  host = tree.root;
  cpSync('/var/lib/apt/lists', `${host}/var/lib/apt/lists`, { recursive: true });
  mkdirSync(`${host}/etc/apt`, { recursive: true });
  cpSync('/etc/apt', `${host}/etc/apt`, { recursive: true });
  chmodSync(`${host}/var/lib/apt/lists`, 0o755);
});

after(cleanUp);

const request = (install: readonly string[]) =>
  requestFor(install, { hostRoot: host, offline: true, sources });

test('packages are made of the installed system, with the same files', { skip }, async () => {
  const untouched = listTree(host, own);
  const started = performance.now();
  const tree = await installPackages(sys, request(defaultPackages()));
  assert.ok(performance.now() - started < 120_000);
  assert.deepEqual([...new Set(tree.packages.map(({ origin }) => origin))], ['installed']);
  assert.deepEqual([...new Set(tree.packages.map(({ digest }) => digest))], [undefined]);
  assert.deepEqual(tree.warnings, []);
  assert.ok(tree.newestPackageTime > 1_600_000_000);
  assert.deepEqual(differences(untouched, listTree(host, own)), []);
  // The host has apt and what it needs besides.
  const [theirs, ours] = [
    listTree(host, [...own, 'var', 'etc']),
    listTree(tree.root, ['var', 'etc']),
  ];
  const known = new Set(theirs);
  assert.deepEqual(
    ours.filter((line) => !known.has(line)),
    [],
  );
});

test('setgid and setuid files keep their modes and owners', { skip }, async () => {
  const { root } = await installPackages(sys, request(['passwd']));
  const chage = sys.root(root).stat('usr/bin/chage');
  assert.equal(chage?.mode, 0o2755);
  assert.equal(chage?.gid, sys.root(host).stat('usr/bin/chage')?.gid);
  assert.notEqual(chage?.gid, 0);
  assert.equal(sys.root(root).stat('usr/bin/passwd')?.mode, 0o4755);
});

test('a changed file is refused by name, with the way out', { skip }, async () => {
  await changed('usr/bin/less', async () => {
    const error = await failureOf(installPackages(sys, request(['less'])));
    assert.equal(
      error.message,
      'Cannot take "less" from the installed system: "/usr/bin/less" is not as the package shipped it',
    );
    assert.match(error.hint ?? '', /--reinstall less/);
  });
});

test(
  'a changed configuration file is left out, and nothing secret comes along',
  { skip },
  async () => {
    await changed('etc/systemd/journald.conf', async () => {
      appendFileSync(`${host}/etc/shadow`, 'planted:secret:1::::::\n');
      const tree = await installPackages(sys, request(['systemd']));
      assert.equal(tree.warnings.length, 1);
      assert.match(tree.warnings[0] ?? '', /"\/etc\/systemd\/journald.conf".*"systemd" goes into/);
      const root = sys.root(tree.root);
      assert.equal(root.stat('etc/systemd/journald.conf'), undefined);
      assert.doesNotMatch(root.readText('etc/shadow') ?? '', /planted/);
    });
  },
);

test(
  'the packaged default of a changed configuration file is taken where it is',
  { skip },
  async () => {
    const path = `${host}/etc/systemd/journald.conf`;
    copyFileSync(path, `${path}.dpkg-dist`);
    await changed('etc/systemd/journald.conf', async () => {
      const tree = await installPackages(sys, request(['systemd']));
      assert.deepEqual(tree.warnings, []);
      assert.deepEqual(
        readFileSync(`${tree.root}/etc/systemd/journald.conf`),
        readFileSync(`${path}.dpkg-dist`),
      );
    });
    rmSync(`${path}.dpkg-dist`);
  },
);

test('a package that is neither cached nor installed is named', { skip }, async () => {
  const error = await failureOf(installPackages(sys, request(['strace'])));
  assert.match(
    error.message,
    /^Cannot install without the network: neither a cache nor the installed system has .*strace /,
  );
});

test('no package lists are needed', { skip }, async () => {
  const away = temporary('lists');
  cpSync(`${host}/var/lib/apt/lists`, away, { recursive: true });
  rmSync(`${host}/var/lib/apt/lists`, { recursive: true });
  const tree = await installPackages(sys, request(['less']));
  assert.ok(tree.packages.some(({ name }) => name === 'less'));
  cpSync(away, `${host}/var/lib/apt/lists`, { recursive: true });
});

test('without "installed" among the sources the empty cache is an error', { skip }, async () => {
  const error = await failureOf(
    installPackages(sys, requestFor(['less'], { hostRoot: host, offline: true })),
  );
  assert.match(error.message, /^Cannot install without the network: no cache has /);
});

test(
  'the image of an empty cache without a network boots',
  { skip, timeout: 900_000 },
  async (t) => {
    const kernel = buildable(t);
    if (kernel === undefined) return;
    const directory = scratch(t);
    const [node, program, ...rest] = buildCommand(kernel, directory);
    const options = ['--offline', '--host-root', host];
    const ran = await runOk(['unshare', '--net', node ?? '', program ?? '', ...rest, ...options]);
    assert.match(ran.stdout, /(\d+), 0 of them downloaded, \1 taken from the installed system/);
    const initrd = join(directory, 'initrd');
    const manifest = readFileSync(`${initrd}.manifest.json`, 'utf8');
    assert.doesNotMatch(manifest, /"origin": "(?!installed)/);
    const uuid = '4d2f3c58-0f67-4a2c-8a6a-51f4a9d5c1e7';
    const disk = await rootDisk({ directory: scratch(t), label: 'root', uuid });
    const booted = await boot({
      ...{ kernel: kernel.image, initrd, disks: [disk] },
      ...{ commandLine: 'root=LABEL=root rw', until: rootReached },
    });
    provesRoot(booted);
  },
);

/** The names in the drop-ins for this machine's distribution. */
function defaultPackages(): readonly string[] {
  const id = /^ID=(\w+)/m.exec(readFileSync('/etc/os-release', 'utf8'))?.[1] ?? 'debian';
  const release = /^VERSION_CODENAME=(\w+)/m.exec(readFileSync('/etc/os-release', 'utf8'))?.[1];
  const { packages } = loadConfig(sys, {
    hostRoot: absolutePath('/'),
    vendorDirectory: absolutePath(`${checkout}/dropins`),
    facts: {
      distribution: id,
      distributionLike: ['debian'],
      release: release === undefined ? [] : [release],
      architecture: 'x86-64',
      systemdVersion: undefined,
    },
    profiles: [],
    suggestedProfiles: [],
    assignments: [],
    generic: true,
  });
  return packages.map(({ value }) => value);
}

async function changed(path: string, work: () => Promise<void>): Promise<void> {
  const file = `${host}/${path}`;
  assert.ok(existsSync(file), path);
  const before = readFileSync(file);
  writeFileSync(file, Buffer.concat([before, Buffer.from('#')]));
  try {
    await work();
  } finally {
    writeFileSync(file, before);
  }
}
