import assert from 'node:assert/strict';
import {
  appendFileSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { join } from 'node:path';
import type { RootTree } from '../../../src/model/packages.ts';
import { runOk } from '../../helpers/run.ts';
import { asOldRpm } from '../../helpers/rpm/old-format.ts';
import { awayFrom, rpmBench } from '../../helpers/rpm/bench.ts';
import { wanted } from '../../helpers/rpm/debs.ts';
import type { ManagerFacts } from '../../helpers/rpm/managers.ts';
import { sys } from '../../helpers/rpm/request.ts';

/** Packages made of what the host has installed: no archive is in a cache, and there is no network. */
export function buildsFromInstalled(facts: ManagerFacts): void {
  const { check, host, files, install, failure, inHost, aside, changed, withServer } = rpmBench(
    facts,
    'installed',
  );
  const reinstall = facts.program === 'zypper' ? 'zypper install --force' : 'dnf reinstall';
  const edited = (content: Buffer): Buffer => Buffer.concat([content, Buffer.from('#')]);
  const replaced = (content: Buffer): Buffer => Buffer.concat([Buffer.from('#'), content]);
  const withoutArchives = async (body: () => Promise<void>) => aside(facts.archives, body);

  check('a root comes out of the installed packages, with the same files', async () => {
    await withoutArchives(async () => {
      const tree = await install({ names: wanted, locale: 'C.UTF-8' });
      assert.deepEqual(tree.warnings, []);
      assert.deepEqual([...new Set(tree.packages.map(({ origin }) => origin))], ['installed']);
      assert.deepEqual([...new Set(tree.packages.map(({ digest }) => digest))], [undefined]);
      assert.ok(tree.newestPackageTime > 1_600_000_000);
      sameFiles(tree);
      const root = sys.root(tree.root);
      const { mode, gid } = root.stat('usr/sbin/unix_chkpwd') ?? {};
      assert.deepEqual({ mode, gid }, { mode: 0o2755, gid: 42 });
      assert.deepEqual(root.list('usr/share/man/man1'), []);
      // Scripts have run, by what is there of users.
      assert.match(root.readText('etc/passwd') ?? '', /^systemd-network:/m);
      assert.match(root.readText('etc/group') ?? '', /^root:x:0:$/m);
      assert.ok(root.stat('etc/ld.so.cache'));
    });
  });

  check('not even metadata are needed', async () => {
    await aside(facts.cache, async () => {
      const tree = await install({ names: wanted });
      assert.deepEqual([...new Set(tree.packages.map(({ origin }) => origin))], ['installed']);
      const error = await failure({ names: ['less', 'gizmo'] });
      assert.match(
        error.message,
        /^Cannot install "gizmo" \(test\.conf:2\): it is not installed here, and .* no metadata of "test"/i,
      );
      assert.ok(error.hint?.includes(facts.refresh));
    });
  });

  const less = 'usr/bin/less';
  const tampered: Readonly<Record<string, (path: string) => void>> = {
    'has another content': (path) => appendFileSync(path, '#'),
    'is gone': () => {},
    'has become a link': (path) => symlinkSync('lesskey', path),
  };
  for (const [what, tamper] of Object.entries(tampered)) {
    check(`a file that ${what} is refused by its name, with the way out`, async () => {
      await withoutArchives(async () => {
        await aside(less, async () => {
          tamper(join(host().root, less));
          const error = await failure({ names: ['less'] });
          assert.equal(
            error.message,
            'Cannot take "less" from the installed system: "/usr/bin/less" is not as the package shipped it',
          );
          assert.equal(error.hint, `Run "${reinstall} less", or build without --offline`);
        });
      });
    });
  }

  check('changed configuration is left out and said so, added lines are cut off', async () => {
    await withoutArchives(async () => {
      const journald = 'etc/systemd/journald.conf';
      await changed(journald, replaced, async () => {
        const tree = await install({ names: ['systemd'] });
        assert.equal(tree.warnings.length, 1);
        assert.match(
          tree.warnings[0] ?? '',
          /"\/etc\/systemd\/journald.conf".*"systemd" goes into/,
        );
        assert.equal(sys.root(tree.root).lstat(journald), undefined);
      });
      await changed(journald, edited, async () => {
        const tree = await install({ names: ['systemd'] });
        assert.deepEqual(tree.warnings, []);
        assert.equal(readFileSync(join(tree.root, journald)).at(-1), '\n'.charCodeAt(0));
      });
      await changed(journald, replaced, async () => {
        const packaged = files().readText(awayFrom(journald)) ?? '';
        files().write(`${journald}.rpmnew`, packaged, 0o644);
        const tree = await install({ names: ['systemd'] });
        assert.deepEqual(tree.warnings, []);
        assert.equal(sys.root(tree.root).readText(journald), packaged);
        files().remove(`${journald}.rpmnew`);
      });
    });
  });

  check('the people of the host and their passwords never come along', async () => {
    const planted = (content: Buffer): Buffer =>
      Buffer.from(
        `planted:secret:1000:1000::/:/bin/sh\n${content.toString().replace('adm:x:4:', 'adm:x:4:planted')}`,
      );
    await withoutArchives(async () => {
      await changed('etc/passwd', planted, async () => {
        await changed('etc/group', planted, async () => {
          const tree = await install({ names: ['base-files', 'passwd', 'systemd'] });
          assert.deepEqual(tree.warnings, []);
          const root = sys.root(tree.root);
          for (const name of ['passwd', 'group', 'shadow', 'gshadow']) {
            assert.doesNotMatch(root.readText(`etc/${name}`) ?? '', /planted|secret/, name);
          }
          assert.match(root.readText('etc/passwd') ?? '', /^root:x:0:0:/m);
          assert.equal(root.stat('usr/bin/chage')?.gid, 42);
        });
      });
    });
  });

  check('cache, installed system and network each give what they have', async () => {
    const kept = 'less-668-1.x86_64.rpm';
    const archive = files().readBytes(`${facts.packages}/${kept}`) ?? Buffer.of();
    await withoutArchives(async () => {
      files().write(`${facts.packages}/${kept}`, archive, 0o644);
      await withServer(async () => {
        const tree = await install({ names: ['less', 'gizmo'], offline: false });
        const origins = new Map(tree.packages.map(({ name, origin }) => [name, origin]));
        assert.equal(origins.get('less'), 'cache');
        assert.equal(origins.get('gizmo'), 'network');
        origins.delete('less');
        origins.delete('gizmo');
        assert.deepEqual([...new Set(origins.values())], ['installed']);
        assert.ok(sys.root(tree.root).stat('usr/share/gizmo/version'));
      });
      files().remove('var/cache/pkginitrd');
      const error = await failure({ names: ['less', 'gizmo'] });
      assert.match(
        error.message,
        /^Cannot install without the network: neither a cache nor the installed system has gizmo 1\.0-1$/,
      );
    });
  });

  check('what is damaged in the cache is taken from the installed system', async () => {
    const path = `${facts.packages}/less-668-1.x86_64.rpm`;
    await changed(
      path,
      (content) => content.subarray(0, 5000),
      async () => {
        const tree = await install({ names: ['less', 'strace'] });
        assert.deepEqual(
          tree.packages.filter(({ origin }) => origin === 'installed').map(({ name }) => name),
          ['less'],
        );
      },
    );
    rmSync(join(host().root, 'var/cache/pkginitrd'), { recursive: true, force: true });
  });

  check('links, capabilities and every kind of compression survive, of any age', async () => {
    await aside('var/lib/rpm', async () => {
      const away = join(host().root, awayFrom('var/lib/rpm'));
      await runOk(['cp', '-a', away, join(host().root, 'var/lib/rpm')]);
      await inHost('bash', '-euc', buildPacked);
      const old = readFileSync(`${host().root}/opt/packed-old-1-1.x86_64.rpm`);
      files().write('opt/old.rpm', asOldRpm(old, 'packed-old-1-1'), 0o644);
      await inHost('sh', '-euc', 'RPM_FORCE_DEBIAN=1 rpm --install --nodeps /opt/old.rpm');
      const names = compressors.map((compressor) => `packed-${compressor}`);
      const { root, packages } = await install({ names });
      for (const name of names) {
        assert.equal(packages.find((one) => one.name === name)?.origin, 'installed');
        const [one, other] = ['one', 'other'].map((link) =>
          statSync(`${root}/opt/${name}/${link}`),
        );
        assert.equal(one?.ino, other?.ino);
        assert.equal(one?.size, 200_000);
        assert.equal(readlinkSync(`${root}/opt/${name}/link`), 'one');
        assert.match(
          (await runOk(['getcap', `${root}/opt/${name}/able`])).stdout,
          /cap_net_raw=ep/,
        );
      }
    });
    rmSync(join(host().root, 'opt'), { recursive: true });
    mkdirSync(join(host().root, 'opt'));
  });

  check('of a package for two architectures the one of this machine is taken', async () => {
    await aside('var/lib/rpm', async () => {
      const away = join(host().root, awayFrom('var/lib/rpm'));
      await runOk(['cp', '-a', away, join(host().root, 'var/lib/rpm')]);
      await inHost('bash', '-euc', buildTwice);
      for (const name of ['duo-first', 'duo-last']) {
        const { packages } = await install({ names: [name] });
        const found = packages.filter((one) => one.name === name);
        assert.deepEqual(
          found.map(({ architecture, origin, hostVersion }) => [architecture, origin, hostVersion]),
          [['x86_64', 'installed', '2:1-1']],
        );
      }
    });
    rmSync(join(host().root, 'opt'), { recursive: true });
    mkdirSync(join(host().root, 'opt'));
  });

  function sameFiles({ root, owners }: RootTree): void {
    let compared = 0;
    for (const path of owners.keys()) {
      const ours = sys.root(root).lstat(path);
      if (ours?.type !== 'file' || !path.startsWith('usr/')) continue;
      const theirs = files().lstat(path);
      assert.deepEqual([path, ours.mode, ours.size], [path, theirs?.mode, theirs?.size]);
      compared++;
    }
    assert.ok(compared > 1000, `${compared} files`);
  }
}

const compressors = ['gzip', 'bzip2', 'xz', 'zstd', 'old'];

// The database gives the two in the order in which they were installed.
const buildTwice = `
export RPM_FORCE_DEBIAN=1
install() { rpm --install --nodeps --ignorearch --replacefiles /tmp/build/RPMS/$1/$2-*.rpm; }
for name in duo-first duo-last; do
  cat >/tmp/spec <<END
Name: $name
Epoch: 2
Version: 1
Release: 1
Summary: x
License: MIT
%description
x
%install
mkdir -p %{buildroot}/opt/$name
echo x >%{buildroot}/opt/$name/file
%files
/opt/$name
END
  for machine in x86_64 i686; do
    rpmbuild -bb --quiet --target $machine -D '_topdir /tmp/build' /tmp/spec
  done
done
install x86_64 duo-first && install i686 duo-first
install i686 duo-last && install x86_64 duo-last
`;

const buildPacked = `
export RPM_FORCE_DEBIAN=1
for kind in gzip:w9.gzdio bzip2:w9.bzdio xz:w2.xzdio zstd:w3.zstdio old:w9.gzdio; do
  name=packed-\${kind%:*}
  cat >/tmp/spec <<END
Name: $name
Version: 1
Release: 1
Summary: x
License: MIT
%description
x
%install
mkdir -p %{buildroot}/opt/$name
head -c 200000 /dev/zero >%{buildroot}/opt/$name/one
ln %{buildroot}/opt/$name/one %{buildroot}/opt/$name/other
ln -s one %{buildroot}/opt/$name/link
echo able >%{buildroot}/opt/$name/able
%files
%dir /opt/$name
/opt/$name/one
/opt/$name/other
/opt/$name/link
%caps(cap_net_raw=ep) /opt/$name/able
END
  rpmbuild -bb --quiet -D '_topdir /tmp/build' -D "_binary_payload \${kind#*:}" /tmp/spec
done
mv /tmp/build/RPMS/*/packed-old-*.rpm /opt
rpm --install --nodeps /tmp/build/RPMS/*/*.rpm
`;
