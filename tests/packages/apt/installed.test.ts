import assert from 'node:assert/strict';
import {
  appendFileSync,
  copyFileSync,
  cpSync,
  existsSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { after, before, test } from 'node:test';
import type { AbsolutePath } from '../../../src/model/brands.ts';
import type { PackageOrigin } from '../../../src/model/packages.ts';
import { installPackages } from '../../../src/packages/install.ts';
import {
  cleanUp,
  leavesAlone,
  listTree,
  refuses,
  aptRequest,
  skip,
  sys,
  temporary,
} from './support.ts';
import { defaultPackages, systemHost } from './system-host.ts';

// A host with every package of an initrd installed and not one archive in a cache, without the network.

const sources: readonly PackageOrigin[] = ['cache', 'installed', 'network'];
let host: AbsolutePath;

before(async () => {
  if (skip === false) host = (await systemHost()).root;
});

after(cleanUp);

const request = (install: readonly string[]) =>
  aptRequest(install, { hostRoot: host, offline: true, sources });

test('packages are made of the installed system, with the same files', { skip }, async () => {
  const tree = await leavesAlone(host, () => installPackages(sys, request(defaultPackages())));
  assert.deepEqual([...new Set(tree.packages.map(({ origin }) => origin))], ['installed']);
  assert.deepEqual([...new Set(tree.packages.map(({ digest }) => digest))], [undefined]);
  assert.deepEqual(tree.warnings, []);
  assert.ok(tree.newestPackageTime > 1_600_000_000);
  // The host has apt and what it needs besides.
  const [theirs, ours] = [listTree(host, ['var', 'etc']), listTree(tree.root, ['var', 'etc'])];
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
    await refuses(request(['less']), {
      message:
        /^Cannot take "less" from the installed system: "\/usr\/bin\/less" is not as the package shipped it$/,
      hint: /--reinstall less/,
    });
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
  await refuses(request(['strace']), {
    message:
      /^Cannot install without the network: neither a cache nor the installed system has .*strace /,
    hint: /--offline/,
  });
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
  await refuses(aptRequest(['less'], { hostRoot: host, offline: true }), {
    message: /^Cannot install without the network: no cache has /,
    hint: /--offline/,
  });
});

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
