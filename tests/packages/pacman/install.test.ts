import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { after, test } from 'node:test';
import type { AbsolutePath } from '../../../src/model/brands.ts';
import { installPackages, readHostOwners } from '../../../src/packages/install.ts';
import { cleanUp, differences, leavesAlone, listTree, refuses, sys } from '../apt/support.ts';
import { explained, unexplained } from '../../helpers/explained.ts';
import { hostFor, pacmanRequest, releases } from './support.ts';

// A real pacman on a small distribution of its own: signed database and packages, no network.

const packages = [
  'filesystem',
  'systemd',
  'udev',
  'bash',
  'less',
  'procps-ng',
  'shadow',
  'tpm2-tss',
];

after(cleanUp);

test('every package is followed to the word that asks for it', async (t) => {
  const host = await hostFor(t);
  if (host === undefined) return;
  const texts = await leavesAlone(host, () => explained(sys, pacmanRequest(host, packages)));
  assert.ok(texts.size > packages.length, `${texts.size} packages`);
  assert.deepEqual(unexplained(texts), []);
});

for (const release of releases) {
  test(`pacman ${release}: packages are installed from a full cache, by their names and by what they provide`, async (t) => {
    const host = await hostFor(t, release);
    if (host === undefined) return;
    assert.equal(await releaseOf(host), release);
    // A transaction of the host, inside of which kernel-install runs, holds its lock.
    writeFileSync(`${host}/var/lib/pacman/db.lck`, '');
    const tree = await leavesAlone(host, () => installPackages(sys, pacmanRequest(host, packages)));
    assert.deepEqual([...new Set(tree.packages.map(({ origin }) => origin))], ['cache']);
    assert.deepEqual(tree.warnings, []);
    const names = tree.packages.map(({ name }) => name);
    for (const name of ['systemd', 'procps', 'passwd', 'libtss2-esys-3.0.2-0t64', 'liblzma5']) {
      assert.ok(names.includes(name), name);
    }
    assert.ok(!names.includes('strace'));
    const [bash] = tree.packages.filter(({ name }) => name === 'bash');
    assert.match(bash?.digest?.hex ?? '', /^[0-9a-f]{64}$/);
    assert.deepEqual(bash?.about?.licences, ['custom:debian']);
    assert.equal(tree.owners.get('usr/bin/bash'), 'bash');
    const owners = await readHostOwners(sys, 'pacman', host);
    assert.equal(owners.get('usr/bin/bash'), 'bash');

    const root = sys.root(tree.root);
    // Scripts redirect to /dev/null, which is a regular file where nobody has mounted a /dev.
    for (const directory of ['dev', 'proc', 'run', 'sys', 'tmp']) {
      assert.deepEqual(root.list(directory), [], directory);
    }
    assert.equal(root.stat('usr/bin/chage')?.mode, 0o2755);
    assert.equal(root.stat('usr/bin/chage')?.gid, 42);
    // The scriptlet and the hook have run.
    assert.ok(root.stat('etc/ld.so.cache'));
    assert.match(root.readText('etc/group') ?? '', /^systemd-journal:/m);
    assert.equal(root.lstat('var/lib/pacman/sync'), undefined);
    assert.equal(root.stat('usr/share/man/man1'), undefined);

    const again = await installPackages(sys, pacmanRequest(host, packages));
    assert.deepEqual(differences(listTree(tree.root), listTree(again.root)), []);
  });

  test(`pacman ${release}: a keyring, databases and a cache at unusual places are found`, async (t) => {
    const host = await hostFor(t, release);
    if (host === undefined) return;
    mkdirSync(`${host}/opt/pacman`, { recursive: true });
    const moved = {
      GPGDir: ['etc/pacman.d/gnupg', 'opt/pacman/keys'],
      DBPath: ['var/lib/pacman', 'opt/pacman/databases'],
      CacheDir: ['var/cache/pacman/pkg', 'opt/pacman/archives'],
    } as const;
    const conf = `${host}/etc/pacman.conf`;
    let text = readFileSync(conf, 'utf8');
    for (const [key, [from, to]] of Object.entries(moved)) {
      renameSync(`${host}/${from}`, `${host}/${to}`);
      text = text.replace('[options]\n', `[options]\n${key} = /${to}/\n`);
    }
    writeFileSync(conf, text);
    const request = pacmanRequest(host, ['filesystem', 'less'], { sources: ['cache', 'network'] });
    const tree = await leavesAlone(host, () => installPackages(sys, request));
    assert.deepEqual([...new Set(tree.packages.map(({ origin }) => origin))], ['cache']);
    assert.deepEqual(tree.warnings, []);
  });

  test(`pacman ${release}: of alternatives one is installed, and RemovePackages= takes packages away again`, async (t) => {
    const host = await hostFor(t, release);
    if (host === undefined) return;
    const words = ['filesystem', 'nobody|bash', 'less', 'no-such-package|'];
    const request = pacmanRequest(host, words, { remove: ['le[rs]s', '*-docs', 'gone|'] });
    const tree = await installPackages(sys, request);
    assert.ok(tree.packages.some(({ name }) => name === 'bash'));
    assert.deepEqual(tree.warnings, [
      'Cannot remove "*-docs" (test.conf:2): the image has no such package, ignoring',
    ]);
    assert.ok(!tree.packages.some(({ name }) => name === 'less'));
    assert.equal(sys.root(tree.root).stat('usr/bin/less'), undefined);
  });

  test(`pacman ${release}: a name that nobody knows is refused with its place and a suggestion`, async (t) => {
    const host = await hostFor(t, release);
    if (host === undefined) return;
    const request = pacmanRequest(host, ['bash', 'systemdd']);
    await refuses(request, {
      message: /^Cannot install "systemdd" \(test.conf:2\): pacman knows no such package$/,
      hint: /^Run "pacman -Syu" .* Is "systemd" meant\?$/,
    });
  });

  test(`pacman ${release}: archives of a repository on the disk are taken from there, with their signatures`, async (t) => {
    const host = await hostFor(t, release);
    if (host === undefined) return;
    mkdirSync(`${host}/srv/fixture`, { recursive: true });
    renameSync(`${host}/var/cache/pacman/pkg`, `${host}/srv/fixture/x86_64`);
    writeFileSync(`${host}/etc/pacman.d/mirrorlist`, 'Server = file:///srv/$repo/$arch\n');
    const request = pacmanRequest(host, ['filesystem', 'less'], { sources: ['cache', 'network'] });
    const { packages: installed } = await leavesAlone(host, () => installPackages(sys, request));
    assert.deepEqual([...new Set(installed.map(({ origin }) => origin))], ['cache']);
    const [signature] = sys.root(host).glob('srv/fixture/x86_64/less-*.sig');
    rmSync(`${host}/${signature}`);
    await refuses(request, { message: /^Cannot install "less" .*signature/, hint: /pacman -Sw/ });
  });
}

async function releaseOf(root: AbsolutePath): Promise<number> {
  const sandbox = { root, rootWritable: false, binds: [], network: false, suppressSync: false };
  const ran = await sys.run({ argv: ['pacman', '--version'], sandbox, purpose: 'Ask pacman' });
  return Number(/Pacman v(\d+)\./.exec(ran.stdout)?.[1]);
}
