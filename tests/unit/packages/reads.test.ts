import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test, type TestContext } from 'node:test';
import type { AbsolutePath } from '../../../src/model/brands.ts';
import type { Command } from '../../../src/model/sys.ts';
import { aptDriver } from '../../../src/packages/apt/apt.ts';
import type { Job, PackageDriver } from '../../../src/packages/driver.ts';
import { pacmanDriver } from '../../../src/packages/pacman/pacman.ts';
import { dnf4FrontEnd } from '../../../src/packages/rpm/dnf.ts';
import { rpmDriver } from '../../../src/packages/rpm/rpm.ts';
import { zypperFrontEnd } from '../../../src/packages/rpm/zypper.ts';
import { plant, scratch, type Tree } from '../../helpers/scratch.ts';
import { countingSys } from './counting-sys.ts';
import { requestFor } from '../../helpers/package-request.ts';

// Reads of the host are counted, since their time is nothing a test can rely on.

const names = (many: number): readonly string[] =>
  Array.from({ length: many }, (_, index) => `p${index}`);

interface Case<Host> {
  readonly manager: 'apt' | 'dnf4' | 'zypper' | 'pacman';
  readonly driver: PackageDriver<Host>;
  /** A host whose caches have the archives of `packages`. */
  readonly host: (packages: readonly string[]) => Tree;
  readonly answer: (packages: readonly string[], command: Command) => string;
  /** Files that hold what the host is asked for. */
  readonly once: readonly string[];
}

const repository = '[updates]\nbaseurl=http://x/\n[own]\nbaseurl=file:///srv/own\n';
const rpmFile = (name: string): string => `${name}-1-1.noarch.rpm`;

const dnf: Case<unknown> = {
  manager: 'dnf4',
  driver: rpmDriver(dnf4FrontEnd),
  host: (packages) => ({
    'etc/dnf/dnf.conf': '[main]\nkeepcache=1\n',
    'etc/yum.repos.d/a.repo': repository,
    'etc/yum.repos.d/b.repo': '[other]\nbaseurl=http://y/\n',
    'var/cache/dnf/updates-0123456789abcdef/repodata/repomd.xml': '',
    'srv/own/other-1-1.noarch.rpm': '',
    ...Object.fromEntries(
      packages.map((name) => [
        `var/cache/dnf/updates-0123456789abcdef/packages/${rpmFile(name)}`,
        name,
      ]),
    ),
  }),
  answer: (packages, { argv }) => {
    if (argv[0] === 'rpmkeys') {
      return argv
        .filter((word) => word.endsWith('.rpm'))
        .map((file) => `${file}:\n    Header SHA256 digest: OK\n    V4 Signature, key: OK\n`)
        .join('');
    }
    const rows = packages.map((name) => ` ${name} noarch 1-1 updates 1 k\n`).join('');
    return argv[0] === 'dnf' ? `Installing:\n${rows}\nTransaction Summary\n` : '';
  },
  once: ['etc/dnf/dnf.conf', 'etc/yum.repos.d/a.repo', 'etc/yum.repos.d/b.repo'],
};

const zypper: Case<unknown> = {
  manager: 'zypper',
  driver: rpmDriver(zypperFrontEnd),
  host: (packages) => ({
    'etc/zypp/zypp.conf': '[main]\n',
    'etc/zypp/repos.d/a.repo': repository,
    ...Object.fromEntries(
      packages.map((name) => [`var/cache/zypp/packages/updates/noarch/${rpmFile(name)}`, name]),
    ),
  }),
  answer: (packages, command) => {
    if (command.argv[0] !== 'zypper') return dnf.answer(packages, command);
    const rows = packages.map(
      (name) =>
        `<solvable type="package" name="${name}" edition="1-1" arch="noarch" repository="updates"/>`,
    );
    return `<to-install>${rows.join('')}</to-install>`;
  },
  once: ['etc/zypp/zypp.conf', 'etc/zypp/repos.d/a.repo'],
};

const apt: Case<unknown> = {
  manager: 'apt',
  driver: aptDriver,
  host: (packages) => ({
    'var/lib/dpkg/status': [
      'Package: dpkg\nStatus: install ok installed\nVersion: 1\nArchitecture: amd64\n',
      ...packages.map(
        (name) => `Package: ${name}\nStatus: install ok installed\nVersion: 1\nArchitecture: all\n`,
      ),
    ].join('\n'),
    'var/lib/dpkg/diversions': '',
    'etc/apt/preferences': '',
    'var/lib/apt/lists/x_Packages': '',
    ...Object.fromEntries(
      packages.map((name) => [`var/cache/apt/archives/${name}_1_all.deb`, name]),
    ),
  }),
  answer: (packages, { argv }) =>
    argv.includes('--print-uris')
      ? packages
          .map((name) => {
            const digest = createHash('sha256').update(name).digest('hex');
            return `'http://x/pool/${name}_1_all.deb' ${name}_1_all.deb ${name.length} SHA256:${digest}\n`;
          })
          .join('')
      : '',
  once: ['var/lib/dpkg/status', 'var/lib/dpkg/diversions', 'etc/apt/preferences'],
};

const pacman: Case<unknown> = {
  manager: 'pacman',
  driver: pacmanDriver,
  host: (packages) => ({
    'etc/pacman.conf': '[options]\n[core]\nInclude = /etc/pacman.d/mirrorlist\n',
    'etc/pacman.d/mirrorlist': 'Server = http://x/\n',
    'var/lib/pacman/sync/core.db': '',
    'var/lib/pacman/local/p0-1-1/desc': '%NAME%\np0\n\n%VERSION%\n1-1\n',
    ...Object.fromEntries(
      packages.flatMap((name) =>
        ['', '.sig'].map((suffix) => [
          `var/cache/pacman/pkg/${name}-1-1-any.pkg.tar.zst${suffix}`,
          name,
        ]),
      ),
    ),
  }),
  answer: (packages) =>
    packages.map((name) => `core ${name} 1-1 2 http://x/${name}-1-1-any.pkg.tar.zst\n`).join(''),
  once: ['etc/pacman.conf', 'etc/pacman.d/mirrorlist', 'var/lib/pacman/local/p0-1-1/desc'],
};

for (const one of [apt, dnf, zypper, pacman]) {
  test(`${one.manager}: the host is read once, however many archives are cached`, async (t) => {
    const [{ counts: few }, { counts: many, stats }] = [
      await countsOf(t, one, 3),
      await countsOf(t, one, 40),
    ];
    for (const path of one.once) assert.equal(many.get(`read ${path}`), 1, path);
    for (const [what, count] of many) assert.equal(few.get(what), count, what);
    assert.deepEqual([...many.keys()].sort(), [...few.keys()].sort());
    if (one.manager === 'apt') return;
    for (const [path, count] of stats) assert.equal(count, 1, path);
  });

  test(`${one.manager}: the witnesses tell when the packages may be others`, async (t) => {
    const root = plant(scratch(t), one.host(names(2)));
    const job = await jobOf(t, one, root, names(2));
    const found = one.driver.witnesses(job);
    assert.deepEqual([...found], [...new Set(found)].sort());
    for (const path of one.once) assert.ok(found.includes(path), path);
    for (const archive of Object.keys(one.host(names(2))).filter((path) =>
      path.includes('cache'),
    )) {
      assert.ok(found.includes(archive), archive);
      // A file that comes or goes changes its directory.
      assert.ok(found.includes(archive.replace(/\/[^/]+$/, '')), archive);
    }
  });
}

async function countsOf(t: TestContext, one: Case<unknown>, many: number) {
  const packages = names(many);
  const root = plant(scratch(t), one.host(packages));
  const { sys, counts, stats } = countingSys(root, (command) => one.answer(packages, command));
  const request = requestFor({ manager: one.manager }, { hostRoot: root, workspace: scratch(t) });
  const job = await one.driver.open(sys, request);
  const resolution = await one.driver.resolve(job);
  const found = await one.driver.take(job, resolution);
  assert.deepEqual([...new Set(found.map(({ taken }) => taken.type))], ['cached']);
  assert.equal(found.length, many);
  return { counts, stats };
}

async function jobOf(
  t: TestContext,
  one: Case<unknown>,
  root: AbsolutePath,
  packages: readonly string[],
): Promise<Job<unknown>> {
  const { sys } = countingSys(root, (command) => one.answer(packages, command));
  const request = requestFor({ manager: one.manager }, { hostRoot: root, workspace: scratch(t) });
  return one.driver.open(sys, request);
}
