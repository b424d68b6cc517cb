import assert from 'node:assert/strict';
import { utimesSync } from 'node:fs';
import { join } from 'node:path';
import type { RootTree } from '../../../src/model/packages.ts';
import { installPackages, readHostOwners } from '../../../src/packages/install.ts';
import { explained, unexplained } from '../../helpers/explained.ts';
import { rpmBench } from '../../helpers/rpm/bench.ts';
import { wanted } from '../../helpers/rpm/debs.ts';
import type { ManagerFacts } from '../../helpers/rpm/managers.ts';
import { rpmRequest, sys } from '../../helpers/rpm/request.ts';

/** dnf and zypper alike make of full caches a root of the packages that were asked for. */
export function installsFromCaches(facts: ManagerFacts): void {
  const { check, host, files, install, withServer } = rpmBench(facts, 'recorded');

  check('a root comes out of the caches, without the network', async () => {
    const request = rpmRequest(host(), { names: wanted, locale: 'C.UTF-8' });
    const tree = await installPackages(sys, request);
    assert.deepEqual(tree.warnings, []);
    assert.deepEqual([...new Set(tree.packages.map(({ origin }) => origin))], ['cache']);
    assert.ok(tree.packages.every(({ version, hostVersion }) => version === hostVersion));
    const root = sys.root(tree.root);
    const sandbox = {
      root: tree.root,
      rootWritable: false,
      binds: [],
      network: false,
      suppressSync: false,
    };
    const argv = [
      'bash',
      '-c',
      'systemctl --version | head -n 1; id -un; fsck.ext4 -V 2>&1 | head -n 1',
    ] as const;
    const ran = await sys.run({ argv, sandbox, purpose: 'Try the root' });
    assert.match(ran.stdout, /^systemd \d+ .*\nroot\ne2fsck /);
    // The group's name is looked up in the root: rpm falls back to root where there is none.
    const { mode, gid } = root.stat('usr/sbin/unix_chkpwd') ?? {};
    assert.deepEqual({ mode, gid }, { mode: 0o2755, gid: 42 });
    // Scripts have written to /dev/null by now.
    for (const directory of ['dev', 'proc', 'run', 'tmp'])
      assert.deepEqual(root.list(directory), []);
    assert.equal(root.stat('tmp')?.mode, 0o1777);
    assert.equal(root.readlink('bin'), 'usr/bin');
    const less = tree.packages.find(({ name }) => name === 'less');
    assert.deepEqual(less?.about?.licences, ['MIT']);
    assert.match(less?.digest?.hex ?? '', /^[0-9a-f]{64}$/);
    assert.deepEqual(root.list('usr/share/man/man1'), []);
    assert.equal(root.stat('usr/share/locale/de/LC_MESSAGES'), undefined);
    assert.ok(root.stat('usr/lib/x86_64-linux-gnu/liblzma.so.5'), 'kmod opens it by name');
    assert.match(root.readText('etc/passwd') ?? '', /^systemd-network:/m, '%sysusers');
    assert.equal(tree.owners.get('usr/bin/bash'), 'bash');
    assert.equal(tree.owners.get('usr/bin'), undefined);
    const hostOwners = await readHostOwners(sys, facts.manager, host().root);
    assert.equal(hostOwners.get('usr/bin/less'), 'less');
    assert.ok(tree.metadata.some((path) => root.stat(`${path}/rpmdb.sqlite`) !== undefined));
    assert.ok(tree.newestPackageTime > 1_600_000_000);
  });

  check('every package is followed to the word that asks for it', async () => {
    const texts = await explained(sys, rpmRequest(host(), { names: wanted }));
    assert.ok(texts.size > wanted.length, `${texts.size} packages`);
    assert.deepEqual(unexplained(texts), []);
  });

  check('alternatives are chosen from, and packages removed by name and by pattern', async () => {
    const tree = await install({
      names: ['nobody|less|bash', 'strace', 'no-such-package|'],
      without: ['strace', 'libunw*', 'absent', 'gone|'],
    });
    assert.deepEqual(tree.warnings, [
      'Cannot remove "absent" (test.conf:3): the image has no such package, ignoring',
    ]);
    const names = tree.packages.map(({ name }) => name);
    assert.ok(names.includes('less'));
    assert.deepEqual(
      names.filter((name) => /^(?:strace|libunw)/.test(name)),
      [],
    );
    assert.equal(sys.root(tree.root).stat('usr/bin/strace'), undefined);
    assert.equal(tree.owners.get('usr/bin/strace'), undefined);
  });

  check('documentation and translations are left out, or kept as asked', async () => {
    const files = (tree: RootTree) =>
      [...sys.root(tree.root).walk('usr/share')]
        .filter(({ path, type }) => type === 'file' && path.includes('documented'))
        .map(({ path }) => path);
    const wishes = { names: ['documented'], offline: false };
    await withServer(async () => {
      const bare = await install({ ...wishes, locale: 'C.UTF-8' });
      assert.deepEqual(files(bare), ['usr/share/documented/version']);
      const full = await install({ ...wishes, withDocs: true, locale: 'de_DE.UTF-8' });
      assert.deepEqual(files(full), [
        'usr/share/doc/documented/README',
        'usr/share/documented/version',
        'usr/share/locale/de/LC_MESSAGES/documented.mo',
        'usr/share/man/man1/documented.1',
      ]);
    });
  });

  check('recommended packages come along where that is asked for', async () => {
    await withServer(async () => {
      const names = async (withRecommends: boolean) =>
        (await install({ names: ['gizmo'], withRecommends, offline: false })).packages.map(
          ({ name }) => name,
        );
      assert.ok(!(await names(false)).includes('trinket'));
      assert.ok((await names(true)).includes('trinket'));
    });
  });

  check('metadata of long ago is good enough', async () => {
    const old = new Date('2020-01-01');
    for (const { path, type } of files().walk(facts.metadata)) {
      if (type === 'file') utimesSync(join(host().root, path), old, old);
    }
    assert.ok((await install({ names: ['less'] })).packages.length > 0);
  });
}
