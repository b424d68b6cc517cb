import assert from 'node:assert/strict';
import type { PackageOrigin } from '../../../src/model/packages.ts';
import { installPackages } from '../../../src/packages/install.ts';
import { makeSys } from '../../../src/sys/sys.ts';
import { cache } from '../../helpers/paths.ts';
import { serve, type RpmManager } from '../../helpers/rpm/hosts.ts';
import { rpmRequest } from '../../helpers/rpm/request.ts';
import { join } from 'node:path';
import { runOk } from '../../helpers/run.ts';
import { awayFrom, rpmBench } from '../../helpers/rpm/bench.ts';
import type { ManagerFacts } from '../../helpers/rpm/managers.ts';

const archives: readonly PackageOrigin[] = ['cache', 'network'];

/** The configuration of a host whose owner has changed it. */
export function obeysSettings(facts: ManagerFacts): void {
  const { check, host, files, install, failure, inHost, aside, changed, withServer } = rpmBench(
    facts,
    'recorded',
  );
  const { manager, repositoryFile } = facts;
  const mainFile = manager === 'zypper' ? 'etc/zypp/zypp.conf' : 'etc/dnf/dnf.conf';
  const withFile = async (path: string, text: string, body: () => Promise<void>): Promise<void> => {
    if (files().stat(path) !== undefined) return changed(path, () => Buffer.from(text), body);
    files().write(path, text, 0o644);
    await body();
    files().remove(path);
  };
  const withLines = async (file: string, lines: readonly string[], body: () => Promise<void>) => {
    const added = `${lines.join('\n')}\n`;
    // A host of zypper may have no zypp.conf.
    if (files().stat(file) === undefined) await withFile(file, `[main]\n${added}`, body);
    else await changed(file, (content) => Buffer.from(`${content.toString()}\n${added}`), body);
  };
  const second = (lines: readonly string[]): string =>
    ['[second]', 'name=second', 'baseurl=http://127.0.0.1:9/', 'enabled=1', ...lines, ''].join(
      '\n',
    );
  const secondFile = repositoryFile.replace('test.repo', 'second.repo');
  const namesOf = async (...names: readonly string[]): Promise<readonly string[]> =>
    (await install({ names, sources: archives })).packages.map(({ name }) => name);

  check('settings that change the output or the answers do not change the packages', async () => {
    const plain = await namesOf('less', 'strace');
    const loud = async (): Promise<void> =>
      assert.deepEqual(await namesOf('less', 'strace'), plain);
    if (manager === 'zypper') {
      await withLines(mainFile, ['commit.downloadMode = DownloadOnly'], async () =>
        withFile('etc/zypp/zypper.conf', loudZypper, loud),
      );
    } else {
      await withLines(mainFile, loudDnf[manager], loud);
    }
  });

  check('a repository without metadata is gone without, and said so', async () => {
    await withFile(
      secondFile,
      second(['skip_if_unavailable=1', 'autorefresh=0', key]),
      async () => {
        const { warnings, packages } = await install({ names: ['less'], sources: archives });
        assert.ok(packages.some(({ name }) => name === 'less'));
        // dnf 5 does not tell.
        const said = `No metadata of "second" in the cache of ${facts.program}, going on without this repository`;
        assert.deepEqual(warnings, manager === 'dnf5' ? [] : [said]);
        const error = await failure({ names: ['less', 'no-such'], sources: archives });
        assert.match(error.message, /^Cannot install "no-such" \(test\.conf:2\): .* knows no such/);
        if (manager !== 'dnf5') assert.match(error.message, /has no metadata of "second"$/);
      },
    );
  });

  check('keys that only the rpm database has are trusted', async () => {
    const withoutKey = (content: Buffer): Buffer =>
      Buffer.from(content.toString().replace(/^gpgkey=.*\n?/m, ''));
    await changed(repositoryFile, withoutKey, async () => {
      await withServer(async () => {
        const { packages } = await install({
          names: ['gadget'],
          sources: archives,
          offline: false,
        });
        assert.ok(packages.some(({ name, origin }) => name === 'gadget' && origin === 'network'));
      });
    });
    files().remove('var/cache/pkginitrd');
  });

  check('what is missing is fetched by the proxy of the environment', async () => {
    // Nobody answers at the repository's own address.
    const proxy = await serve(join(cache, 'rpm/repository'), 0);
    const address = proxy.address();
    const port = typeof address === 'object' ? address?.port : undefined;
    const proxied = makeSys({
      searchPath: '/usr/bin:/bin',
      proxies: { http_proxy: `http://127.0.0.1:${port}` },
    });
    const wishes = { names: ['gadget'], sources: archives, offline: false };
    const { packages } = await installPackages(proxied, rpmRequest(host(), wishes));
    proxy.close();
    proxy.closeAllConnections();
    assert.ok(packages.some(({ name, origin }) => name === 'gadget' && origin === 'network'));
    files().remove('var/cache/pkginitrd');
  });

  check('a configuration that cannot be read is named with the line', async () => {
    await withLines(mainFile, ['[main'], async () => {
      const error = await failure({ names: ['less'] });
      assert.match(error.message, new RegExp(`^Cannot read "/${mainFile}:\\d+": "\\[main" begins`));
    });
    await withFile(secondFile, '[second\nenabled=1\n', async () => {
      const what = `Cannot read "/${secondFile}:1": "[second" begins a section`;
      if (manager === 'dnf4') {
        const { warnings } = await install({ names: ['less'] });
        assert.ok(warnings[0]?.startsWith(what), warnings[0]);
      } else {
        const error = await failure({ names: ['less'] });
        assert.ok(error.message.startsWith(what), error.message);
      }
    });
  });

  if (manager === 'zypper') movesZypperDirectories();
  else hidesPackages();

  function hidesPackages(): void {
    check('packages of a module are found where the host has its stream enabled', async () => {
      if (manager !== 'dnf4') return;
      const release = (content: Buffer): Buffer =>
        Buffer.from(`${content.toString()}PLATFORM_ID="platform:el9"\n`);
      await aside(facts.cache, async () => {
        await runOk([
          'cp',
          '-a',
          join(host().root, awayFrom(facts.cache)),
          join(host().root, facts.cache),
        ]);
        await changed('etc/os-release', release, async () => {
          await runOk([
            'cp',
            '-r',
            join(cache, 'rpm/repository/Packages'),
            join(host().root, 'srv/modular'),
          ]);
          files().write('etc/yum.repos.d/modular.repo', modularRepository, 0o644);
          files().write('srv/modules.yaml', modules, 0o644);
          files().write('etc/dnf/modules.d/tools.module', enabledModule, 0o644);
          await inHost('bash', '-euc', indexModular);
          const { packages } = await install({ names: ['gadget'], sources: archives });
          assert.ok(packages.some(({ name, origin }) => name === 'gadget' && origin === 'cache'));
        });
      });
      const planted = ['srv/modular', 'srv/modules.yaml', 'etc/yum.repos.d/modular.repo'];
      for (const path of [...planted, 'etc/dnf/modules.d/tools.module']) files().remove(path);
    });

    check('what excludepkgs= hides is named with the line, but for what is installed', async () => {
      const places = [mainFile, repositoryFile];
      for (const file of places) {
        const line = (files().readText(file) ?? '').split('\n').length + 1;
        await withLines(file, ['excludepkgs=libc6* gizm?'], async () => {
          const of = file === mainFile ? '' : ' of "test"';
          const error = await failure({ names: ['less', 'gizmo'], sources: archives });
          assert.equal(
            error.message,
            `Cannot resolve the packages: excludepkgs=libc6* gizm?${of} (/${file}:${line}) hides "gizmo" (test.conf:2)`,
          );
          assert.ok((await namesOf('less')).includes('libc6'));
        });
      }
      await withLines(mainFile, ['includepkgs=bash'], async () => {
        const error = await failure({ names: ['gizmo'], sources: archives });
        assert.match(
          error.message,
          /includepkgs=bash \(\/.*:\d+\) leaves out "gizmo" \(test\.conf:1\)/,
        );
        assert.ok((await namesOf('less')).includes('less'));
      });
    });
  }

  function movesZypperDirectories(): void {
    check('parts of the cache and repositories lie where zypp.conf has moved them', async () => {
      const moves = [
        ['raw', 'metadatadir = /srv/raw'],
        ['solv', 'solvfilesdir = /srv/solv/'],
        ['packages', 'packagesdir = /srv/packages'],
      ] as const;
      for (const [part] of moves) {
        await sysMove(`${facts.cache}/${part}`, `srv/${part}`);
      }
      await sysMove('etc/zypp/repos.d', 'srv/repos.d');
      const lines = [...moves.map(([, line]) => line), 'reposdir = /srv/repos.d'];
      await withLines(mainFile, lines, async () => {
        const { packages } = await install({ names: ['less'], sources: archives });
        assert.deepEqual([...new Set(packages.map(({ origin }) => origin))], ['cache']);
      });
      for (const [part] of moves) {
        await sysMove(`srv/${part}`, `${facts.cache}/${part}`);
      }
      await sysMove('srv/repos.d', 'etc/zypp/repos.d');
    });
  }

  async function sysMove(from: string, to: string): Promise<void> {
    await runOk(['mv', join(host().root, from), join(host().root, to)]);
  }
}

const modularRepository = `[modular]
name=Modular
baseurl=file:///srv/modular
gpgkey=file:///etc/pki/rpm-gpg/RPM-GPG-KEY-test
`;

const modules = `---
document: modulemd
version: 2
data:
  name: tools
  stream: "1"
  version: 1
  context: aaaa
  arch: x86_64
  summary: Tools
  description: Tools
  license: { module: [MIT] }
  dependencies: [{ requires: { platform: [el9] } }]
  artifacts: { rpms: ["gadget-0:2.0-1.x86_64"] }
...
`;

const enabledModule = '[tools]\nname=tools\nstream=1\nprofiles=\nstate=enabled\n';

const indexModular = `
cd /srv/modular && ls | grep -v ^gadget-2 | xargs rm
createrepo_c --quiet . && modifyrepo_c --mdtype=modules /srv/modules.yaml repodata >/dev/null
dnf -q --setopt=logdir=/tmp --setopt=persistdir=/tmp --repo=modular makecache
`;

const key = 'gpgkey=file:///etc/pki/rpm-gpg/RPM-GPG-KEY-test';

const loudDnf: Readonly<Record<Exclude<RpmManager, 'zypper'>, readonly string[]>> = {
  dnf4: [
    ...['color=always', 'debuglevel=0', 'errorlevel=0', 'assumeno=1', 'repo_gpgcheck=0'],
    ...['multilib_policy=all', 'strict=0', 'timestamp=1', 'installonlypkgs=less'],
  ],
  dnf5: [
    ...['color=always', 'assumeno=1', 'multilib_policy=all', 'skip_broken=1'],
    ...['skip_unavailable=1', 'installonlypkgs=less'],
  ],
};

const loudZypper = `[main]
showAlias = yes
[color]
useColors = always
pkgLists = always
[solver]
installRecommends = yes
`;
