import assert from 'node:assert/strict';
import {
  appendFileSync,
  cpSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  utimesSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { after, before, test, type TestContext } from 'node:test';
import type { RootTree } from '../../../src/model/packages.ts';
import { installPackages } from '../../../src/packages/install.ts';
import { differences, failureOf, listTree } from '../../packages/apt/support.ts';
import { cache, checkout } from '../paths.ts';
import { killGroup, runOk, start } from '../run.ts';
import { wanted } from './debs.ts';
import { ports, serve, type RpmManager } from './hosts.ts';
import {
  cleanUp,
  needsRpm,
  requestFor,
  sys,
  temporary,
  throwAwayRpmHost,
  type RpmHost,
  type Wishes,
} from './request.ts';

export interface RpmTests {
  readonly manager: RpmManager;
  /** In the host: the directory of the one repository's packages, and of its metadata. */
  readonly packages: string;
  readonly metadata: string;
  readonly refresh: string;
  /** Files that the manager takes for a lock of another one, in the host. */
  readonly locks: readonly string[];
}

/** What holds for dnf and zypper alike, with the real ones, on a host of their own. */
export function rpmSuite({ manager, packages, metadata, refresh, locks }: RpmTests): void {
  const repositoryFile =
    manager === 'dnf4' ? 'etc/yum.repos.d/test.repo' : 'etc/zypp/repos.d/test.repo';
  let host: RpmHost;
  let pristine: readonly string[] = [];
  const hostState = (): readonly string[] => listTree(host.root, ['usr', 'var/cache/pkginitrd']);
  const check = (name: string, body: () => Promise<void>): void => {
    test(`${manager}: ${name}`, async (t: TestContext) => {
      if (!needsRpm(t)) return;
      await body();
      assert.deepEqual(differences(pristine, hostState()), [], 'the host has changed');
    });
  };
  const install = async (wishes: Wishes): Promise<RootTree> =>
    installPackages(sys, requestFor(host, wishes));
  const failure = async (wishes: Wishes) => failureOf(install(wishes));

  before(async () => {
    const made = await throwAwayRpmHost(manager);
    if (made === undefined) return;
    host = made;
    pristine = hostState();
  });
  after(cleanUp);

  check('a root comes out of the caches, without the network', async () => {
    const tree = await install({ names: wanted, locale: 'C.UTF-8' });
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
    assert.ok(tree.metadata.some((path) => root.stat(`${path}/rpmdb.sqlite`) !== undefined));
    assert.ok(tree.newestPackageTime > 1_600_000_000);
  });

  check('a package whose key the host does not have is refused', async () => {
    const text = readFileSync(join(host.root, repositoryFile), 'utf8');
    const backup = temporary('rpmdb');
    cpSync(join(host.root, 'var/lib/rpm'), join(backup, 'rpm'), {
      recursive: true,
      preserveTimestamps: true,
    });
    await aside('etc/pki/rpm-gpg/RPM-GPG-KEY-test', async () => {
      await withServer(async () => {
        await inHost('rpm', '--erase', '--allmatches', 'gpg-pubkey');
        if (manager === 'zypper')
          appendFileSync(join(host.root, repositoryFile), 'pkg_gpgcheck=1\n');
        const error = await failure({ names: ['intruder'], offline: false });
        assert.match(error.message, /^Cannot check the signature/);
        assert.match(error.hint ?? '', /key/);
      });
    });
    sys.root(host.root).write(repositoryFile, text, 0o644);
    rmSync(join(host.root, 'var/lib/rpm'), { recursive: true });
    cpSync(join(backup, 'rpm'), join(host.root, 'var/lib/rpm'), {
      recursive: true,
      preserveTimestamps: true,
    });
  });

  check('packages are removed, by name and by pattern', async () => {
    const tree = await install({
      names: ['less', 'strace'],
      without: ['strace', 'libunw*', 'absent'],
    });
    const names = tree.packages.map(({ name }) => name);
    assert.ok(names.includes('less'));
    assert.deepEqual(
      names.filter((name) => /^(?:strace|libunw)/.test(name)),
      [],
    );
    assert.equal(sys.root(tree.root).stat('usr/bin/strace'), undefined);
    assert.equal(tree.owners.get('usr/bin/strace'), undefined);
  });

  check('a name that nobody knows is refused with its place', async () => {
    const error = await failure({ names: ['less', 'systemdd', 'no-such'] });
    const program = manager === 'dnf4' ? 'dnf' : 'zypper';
    assert.match(error.message, /"systemdd" \(test\.conf:2\)/);
    assert.match(error.message, /"no-such" \(test\.conf:3\)/);
    assert.ok(error.message.endsWith(`: ${program} knows no such package`));
    assert.ok(error.hint?.includes(refresh));
  });

  check('without the network a missing archive is named, and nothing is installed', async () => {
    await aside(`${packages}/less-668-1.x86_64.rpm`, async () => {
      const request = requestFor(host, { names: ['less'] });
      const error = await failureOf(installPackages(sys, request));
      assert.equal(error.message, 'Cannot install without the network: no cache has less 668-1');
      assert.match(error.hint ?? '', /--offline/);
      assert.deepEqual(sys.root(request.workspace).list('root'), []);
    });
  });

  check('without the network a damaged archive is named, and nothing is installed', async () => {
    const path = `${packages}/less-668-1.x86_64.rpm`;
    const good = readFileSync(join(host.root, path));
    for (const bad of [good.subarray(0, 5000), Buffer.from(good).fill(0, good.length - 90)]) {
      await aside(path, async () => {
        sys.root(host.root).write(path, bad, 0o644);
        const request = requestFor(host, { names: ['less'] });
        const error = await failureOf(installPackages(sys, request));
        assert.match(
          error.message,
          /^Cannot install "less" without the network: .*less-668-1\S* in the cache is damaged$/,
        );
        assert.deepEqual(sys.root(request.workspace).list('root'), []);
        rmSync(join(host.root, path));
      });
    }
  });

  check('with the network both are fetched, and kept for the next time', async () => {
    await withServer(async () => {
      await aside(`${packages}/less-668-1.x86_64.rpm`, async () => {
        sys.root(host.root).write(`${packages}/less-668-1.x86_64.rpm`, 'half', 0o644);
        const tree = await install({ names: ['less', 'documented'], offline: false });
        const fetched = tree.packages.filter(({ origin }) => origin === 'network');
        assert.deepEqual(fetched.map(({ name }) => name).sort(), ['documented', 'less']);
        rmSync(join(host.root, packages, 'less-668-1.x86_64.rpm'));
      });
    });
    const again = await install({ names: ['documented', 'less'] });
    assert.ok(again.packages.every(({ origin }) => origin === 'cache'));
  });

  check('documentation and translations are left out, or kept as asked', async () => {
    const files = (tree: RootTree) =>
      [...sys.root(tree.root).walk('usr/share')]
        .filter(({ path, type }) => type === 'file' && path.includes('documented'))
        .map(({ path }) => path);
    const bare = await install({ names: ['documented'], locale: 'C.UTF-8' });
    assert.deepEqual(files(bare), ['usr/share/documented/version']);
    const full = await install({ names: ['documented'], withDocs: true, locale: 'de_DE.UTF-8' });
    assert.deepEqual(files(full), [
      'usr/share/doc/documented/README',
      'usr/share/documented/version',
      'usr/share/locale/de/LC_MESSAGES/documented.mo',
      'usr/share/man/man1/documented.1',
    ]);
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

  check('the version of the host is taken where it can be had', async () => {
    const version = async (wishes: Wishes): Promise<readonly unknown[]> => {
      const tree = await install(wishes);
      const widget = tree.packages.find(({ name }) => name === 'widget');
      return [widget?.version, widget?.hostVersion, tree.warnings.length];
    };
    assert.deepEqual(await version({ names: ['widget'] }), ['2.0-1', '1.0-1', 1]);
    await withServer(async () => {
      assert.deepEqual(await version({ names: ['widget'], offline: false }), ['1.0-1', '1.0-1', 0]);
      const forced = await version({ names: ['gadget'], offline: false });
      assert.deepEqual(forced, ['2.0-1', '1.0-1', 1]);
    });
    assert.deepEqual(await version({ names: ['widget'] }), ['1.0-1', '1.0-1', 0]);
  });

  check('scripts have a /dev, no network and nothing outside of the root', async () => {
    await withServer(async () => {
      const { root } = await install({ names: ['intruder'], offline: false });
      const report = readFileSync(`${root}/intruder.txt`, 'utf8');
      assert.doesNotMatch(report, /: done/);
      assert.match(report, /^null: a device$/m);
      assert.match(report, /^devices: $/m);
    });
  });

  check('a script that fails is named', async () => {
    await withServer(async () => {
      const error = await failure({ names: ['grumpy'], offline: false });
      assert.match(
        error.message,
        /^Cannot install "grumpy": its %pre\w* script failed, exit status 3$/m,
      );
      assert.match(error.message, /no mood today/);
      const { warnings } = await install({ names: ['grumble'], offline: false });
      assert.match(warnings.join(), /^The %post script of "grumble" failed, exit status 3/);
    });
  });

  check('missing metadata is said to be missing, and of which repository', async () => {
    await aside(metadata, async () => {
      const error = await failure({ names: ['less'] });
      assert.match(error.message, /has no metadata of "test" in its cache$/i);
      assert.equal(error.hint, `Run "${refresh}"`);
    });
  });

  check('metadata of long ago is good enough', async () => {
    const old = new Date('2020-01-01');
    for (const { path, type } of sys.root(host.root).walk(metadata)) {
      if (type === 'file') utimesSync(join(host.root, path), old, old);
    }
    assert.ok((await install({ names: ['less'] })).packages.length > 0);
  });

  // Both managers copy metadata of such a repository into their caches, and no package.
  check('packages of a repository on the disk are taken from there', async () => {
    const local = join(host.root, 'srv/local/Packages');
    mkdirSync(local, { recursive: true });
    await runOk([
      'cp',
      '--link',
      join(cache, 'rpm/repository/Packages/trinket-1.0-1.x86_64.rpm'),
      local,
    ]);
    await runOk([
      'cp',
      '--link',
      join(cache, 'rpm/repository/Packages/gizmo-1.0-1.x86_64.rpm'),
      local,
    ]);
    await inHost('createrepo_c', '--quiet', '/srv/local');
    const file = dirname(repositoryFile);
    const own = readFileSync(join(host.root, repositoryFile), 'utf8');
    const text = own
      .replace('[test]', '[local.disk]')
      .replace(/^baseurl=.*$/m, 'baseurl=file:///srv/local')
      .replace(/^gpgcheck=1$/m, manager === 'dnf4' ? 'gpgcheck=1' : 'gpgcheck=0');
    sys.root(host.root).write(`${file}/local.repo`, text, 0o644);
    await aside(manager === 'dnf4' ? 'var/cache/dnf' : 'var/cache/zypp', async () => {
      await runOk([
        'cp',
        '-a',
        join(host.root, 'var/cache/.away'),
        join(host.root, 'var/cache', manager === 'dnf4' ? 'dnf' : 'zypp'),
      ]);
      await (manager === 'dnf4'
        ? inHost(
            'dnf',
            '-q',
            '--setopt=logdir=/tmp',
            '--setopt=persistdir=/tmp',
            '--repo=local.disk',
            'makecache',
          )
        : inHost('zypper', '-n', '-q', 'refresh', 'local.disk'));
      const request = requestFor(host, { names: ['trinket'] });
      const tree = await installPackages(sys, request);
      assert.ok(sys.root(tree.root).stat('usr/share/trinket/version'));
    });
    const logs = manager === 'zypper' ? ['var/log/zypp', 'var/log/zypper.log'] : [];
    for (const path of ['srv/local', `${file}/local.repo`, ...logs]) {
      sys.root(host.root).remove(path);
    }
  });

  check('a transaction of the host that holds its locks does not block', async () => {
    const lock = `import fcntl,time
f=open('/var/lib/rpm/.rpm.lock','w'); fcntl.lockf(f, fcntl.LOCK_EX); print(1, flush=True); time.sleep(60)`;
    const enter = join(checkout, 'tests/helpers/enter-root.sh');
    const holder = start([enter, host.root, 'python3', '-c', lock], { timeout: 60_000 });
    for (const path of locks) sys.root(host.root).write(path, `${holder.pid}\n`, 0o644);
    const { packages } = await install({ names: ['less'] });
    assert.ok(packages.length > 0);
    killGroup(holder.pid);
    await holder.done;
    for (const path of locks) sys.root(host.root).remove(path);
  });

  async function inHost(...argv: readonly [string, ...string[]]): Promise<void> {
    const sandbox = {
      root: host.root,
      rootWritable: true,
      binds: [],
      network: false,
      suppressSync: true,
    };
    await sys.run({ argv, sandbox, purpose: 'Change the host' });
  }

  async function aside(path: string, body: () => Promise<void>): Promise<void> {
    const away = join(host.root, dirname(path), '.away');
    renameSync(join(host.root, path), away);
    try {
      await body();
    } finally {
      rmSync(join(host.root, path), { recursive: true, force: true });
      renameSync(away, join(host.root, path));
    }
  }

  async function withServer(body: () => Promise<void>): Promise<void> {
    const server = await serve(join(cache, 'rpm/repository'), ports[manager]);
    try {
      await body();
    } finally {
      server.close();
      server.closeAllConnections();
    }
  }
}
