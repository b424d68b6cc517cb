import assert from 'node:assert/strict';
import { appendFileSync, mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test, type TestContext } from 'node:test';
import type { AbsolutePath } from '../../../src/model/brands.ts';
import type { Manager } from '../../../src/model/managers.ts';
import type { PackageDriver } from '../../../src/packages/driver.ts';
import { pacmanDriver } from '../../../src/packages/pacman/pacman.ts';
import { dnf4FrontEnd, dnf5FrontEnd } from '../../../src/packages/rpm/dnf.ts';
import { rpmDriver } from '../../../src/packages/rpm/rpm.ts';
import { zypperFrontEnd } from '../../../src/packages/rpm/zypper.ts';
import { requestFor } from '../../helpers/package-request.ts';
import { plant, scratch, type Tree } from '../../helpers/scratch.ts';
import { countingSys } from './counting-sys.ts';

// Whatever shapes the packages is looked at before a cached part is used.

interface Watched {
  readonly manager: Manager;
  readonly driver: PackageDriver<unknown>;
  /** Each file of it, changed, has to be noticed. */
  readonly host: Tree;
  /** Files that are not there: each has to be noticed when it comes. */
  readonly later: readonly string[];
}

const rpm: Tree = {
  'usr/lib/sysimage/rpm/rpmdb.sqlite': '',
  'usr/lib/sysimage/rpm/rpmdb.sqlite-wal': '',
  'etc/rpm/macros.own': '',
  'etc/pki/rpm-gpg/RPM-GPG-KEY-x': '',
  'srv/keys/own.asc': '',
  'srv/local/x.rpm': '',
};
const laterRpm = ['var/lib/rpm/Packages', 'etc/rpm/macros', 'srv/local/y.rpm'];
const repository =
  '[own]\nbaseurl=file:///srv/local\ngpgkey=file:///srv/keys/own.asc\n  file:///srv/keys/later-$releasever.asc\n';

function dnfHost(cache: string, conf: string): Tree {
  return {
    ...rpm,
    'etc/dnf/dnf.conf': conf,
    'etc/dnf/vars/releasever': '42',
    'etc/yum/vars/own': '',
    'etc/dnf/plugins/versionlock.list': '',
    'etc/dnf/modules.d/nodejs.module': '',
    'srv/vars/own': '',
    'srv/plugins/own.conf': '',
    'etc/yum.repos.d/own.repo': repository,
    [`var/cache/${cache}/own-0123456789abcdef/repodata/repomd.xml`]: '',
    [`var/cache/${cache}/own-0123456789abcdef/packages/a-1-1.noarch.rpm`]: '',
    [`var/cache/pkginitrd/${cache}/own-0123456789abcdef/packages/b-1-1.noarch.rpm`]: '',
  };
}

const moved = 'varsdir=/srv/vars\npluginconfpath=/srv/plugins\n';
const watched: readonly Watched[] = [
  {
    manager: 'dnf4',
    driver: rpmDriver(dnf4FrontEnd),
    host: dnfHost('dnf', `[main]\n${moved}`),
    later: [...laterRpm, 'etc/distro.repos.d/x.repo', 'etc/yum.repos.d/x.repo', 'etc/dnf/vars/x'],
  },
  {
    manager: 'dnf4',
    driver: rpmDriver(dnf4FrontEnd),
    host: {
      ...rpm,
      'etc/dnf/dnf.conf': '[main]\nreposdir=/srv/repos\ncachedir=/srv/cache\n',
      'srv/repos/a.repo': repository,
      'srv/cache/own-0123456789abcdef/repodata/repomd.xml': '',
    },
    later: ['srv/repos/x.repo', 'srv/cache/own-0123456789abcdef/packages/x.rpm'],
  },
  {
    manager: 'dnf5',
    driver: rpmDriver(dnf5FrontEnd),
    host: {
      ...dnfHost('libdnf5', '[main]\n'),
      'srv/vars/own': null,
      'srv/plugins/own.conf': null,
      'etc/dnf/libdnf5.conf.d/x.conf': '[main]\n',
      'etc/dnf/libdnf5-plugins/local.conf': '',
      'etc/dnf/versionlock.toml': '',
      'etc/dnf/repos.override.d/99.repo': '',
      'usr/share/dnf5/libdnf.conf.d/y.conf': '[main]\n',
      'usr/share/dnf5/vars.d/z': '',
      'usr/share/dnf5/repos.d/y.repo': '',
    },
    later: [...laterRpm, 'usr/share/dnf5/repos.d/x.repo', 'etc/dnf/libdnf5.conf.d/z.conf'],
  },
  {
    manager: 'zypper',
    driver: rpmDriver(zypperFrontEnd),
    host: {
      ...rpm,
      'etc/zypp/zypp.conf': '[main]\nmetadatadir=/srv/raw\nlocksfile.path=/srv/locks\n',
      'etc/zypp/zypper.conf': '',
      'etc/zypp/repos.d/own.repo': repository,
      'etc/zypp/services.d/x.service': '',
      'etc/zypp/credentials.d/x': '',
      'etc/zypp/vars.d/x': '',
      'etc/products.d/base.prod': '',
      'srv/locks': '',
      'srv/raw/own/repodata/repomd.xml': '',
      'var/cache/zypp/packages/own/noarch/a-1-1.noarch.rpm': '',
      'var/cache/pkginitrd/zypp/packages/own/noarch/b-1-1.noarch.rpm': '',
    },
    later: [...laterRpm, 'etc/zypp/locks', 'etc/zypp/repos.d/x.repo', 'srv/raw/x/repomd.xml'],
  },
  {
    manager: 'pacman',
    driver: pacmanDriver,
    host: {
      'etc/pacman.conf':
        '[options]\nDBPath=/srv/db\nCacheDir=/srv/one /srv/two\nGPGDir=/srv/gnupg\nInclude=/srv/conf.d/*.conf\n[core]\nInclude=/etc/pacman.d/mirrorlist\nInclude=/srv/mirrors\n[own]\nServer=file:///srv/own\n',
      'etc/pacman.d/mirrorlist': 'Server = http://x/\n',
      'srv/mirrors': 'Server = http://y/\n',
      'srv/conf.d/a.conf': 'Color\n',
      'srv/db/sync/core.db': '',
      'srv/db/sync/core.db.sig': '',
      'srv/db/local/x-1-1/desc': '%NAME%\nx\n\n%VERSION%\n1-1\n',
      'srv/db/local/x-1-1/mtree': '',
      'srv/gnupg/pubring.gpg': '',
      'srv/gnupg/trustdb.gpg': '',
      'srv/one/a-1-1-any.pkg.tar.zst': '',
      'srv/two/b-1-1-any.pkg.tar.zst.sig': '',
      'srv/own/c-1-1-any.pkg.tar.zst': '',
      'var/cache/pkginitrd/pacman/d-1-1-any.pkg.tar.zst': '',
    },
    later: ['srv/conf.d/b.conf', 'srv/db/local/y-1-1/desc', 'srv/one/e.pkg.tar.zst', 'srv/own/f'],
  },
];

for (const [index, one] of watched.entries()) {
  test(`${one.manager}: whatever shapes the packages is a witness (${index + 1})`, async (t) => {
    const root = plant(scratch(t), one.host);
    const witnesses = await witnessesOf(t, one, root);
    const files = Object.entries(one.host).flatMap(([path, content]) =>
      content === null ? [] : [path],
    );
    const changes: readonly (readonly [string, (path: string) => void])[] = [
      ...files.map((path) => [path, (full: string) => appendFileSync(full, '#')] as const),
      ...one.later.map((path) => [path, create] as const),
      ...files.map((path) => [path, (full: string) => rmSync(full)] as const),
    ];
    for (const [path, change] of changes) {
      const before = stampsOf(root, witnesses);
      change(join(root, path));
      assert.notDeepEqual(stampsOf(root, witnesses), before, path);
    }
  });
}

function create(path: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, '');
}

async function witnessesOf(t: TestContext, { manager, driver }: Watched, root: AbsolutePath) {
  const { sys } = countingSys(root, () => '');
  const request = requestFor({ manager }, { hostRoot: root, workspace: scratch(t) });
  return driver.witnesses(await driver.open(sys, request));
}

function stampsOf(root: AbsolutePath, witnesses: readonly string[]): readonly unknown[] {
  return witnesses.map((path) => {
    const stat = statSync(join(root, path), { bigint: true, throwIfNoEntry: false });
    return stat && [stat.ino, stat.size, stat.mtimeNs];
  });
}
