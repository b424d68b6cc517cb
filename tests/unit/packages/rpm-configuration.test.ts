import assert from 'node:assert/strict';
import { test } from 'node:test';
import { asHidden, excludesOf } from '../../../src/packages/rpm/excludes.ts';
import { parseIni } from '../../../src/formats/ini.ts';
import { dnf4FrontEnd, dnf5FrontEnd } from '../../../src/packages/rpm/dnf.ts';
import { readConfiguration } from '../../../src/packages/rpm/repositories.ts';
import { zypperFrontEnd } from '../../../src/packages/rpm/zypper.ts';
import { rootFiles } from '../../../src/sys/root-files.ts';
import { plant, scratch, type Tree } from '../../helpers/scratch.ts';

const repository = (id: string, ...lines: readonly string[]): string =>
  [`[${id}]`, `baseurl=file:///srv/${id}/$basearch`, ...lines, ''].join('\n');

test('readConfiguration() finds caches and repositories at their usual places', (t) => {
  const root = hostOf(t, {
    'etc/yum.repos.d/a.repo': repository('a'),
    'etc/distro.repos.d/b.repo': repository('b'),
    'etc/zypp/repos.d/c.repo': repository('c'),
  });
  const four = readConfiguration(root, dnf4FrontEnd);
  assert.deepEqual(four.caches, [{ directory: 'var/cache/dnf', prefix: '' }]);
  assert.deepEqual([...four.localRepositories.keys()], ['a', 'b']);
  const five = readConfiguration(root, dnf5FrontEnd);
  assert.deepEqual(five.caches, [{ directory: 'var/cache/libdnf5', prefix: '' }]);
  const zypper = readConfiguration(root, zypperFrontEnd);
  assert.deepEqual(zypper.caches, [{ directory: 'var/cache/zypp', prefix: '' }]);
  assert.deepEqual([...zypper.localRepositories], [['c', ['srv/c/*']]]);
});

test('readConfiguration() follows what the configuration moves', (t) => {
  const root = hostOf(t, {
    'etc/dnf/dnf.conf': '[main]\ncachedir=/srv/dnf/\nreposdir=/srv/one, /srv/two\n',
    'etc/yum.repos.d/unused.repo': repository('unused'),
    'srv/one/a.repo': repository('a'),
    'srv/two/b.repo': repository('b'),
    'etc/zypp/zypp.conf': '[main]\nmetadatadir = /srv/raw\nreposdir = /srv/two\n',
  });
  const four = readConfiguration(root, dnf4FrontEnd);
  assert.deepEqual(four.caches, [{ directory: 'srv/dnf', prefix: '' }]);
  assert.deepEqual(four.repositoryFiles, ['srv/one/a.repo', 'srv/two/b.repo']);
  const zypper = readConfiguration(root, zypperFrontEnd);
  assert.deepEqual(zypper.caches, [
    { directory: 'var/cache/zypp', prefix: '' },
    { directory: 'srv/raw', prefix: 'raw/' },
  ]);
  assert.deepEqual(zypper.repositoryFiles, ['srv/two/b.repo']);
});

test('readConfiguration() reads the drop-ins of dnf 5, and dnf.conf last', (t) => {
  const root = hostOf(t, {
    'usr/share/dnf5/libdnf.conf.d/20-a.conf': '[main]\nsystem_cachedir=/srv/a\nexcludepkgs=x\n',
    'usr/share/dnf5/libdnf.conf.d/30-b.conf': '[main]\nsystem_cachedir=/srv/masked\n',
    'etc/dnf/libdnf5.conf.d/30-b.conf': '[main]\nsystem_cachedir=/srv/b\n',
    'etc/dnf/dnf.conf': '[main]\nexcludepkgs=y\n',
  });
  const five = readConfiguration(root, dnf5FrontEnd);
  assert.deepEqual(five.caches, [{ directory: 'srv/b', prefix: '' }]);
  assert.deepEqual(
    five.excludes.map(({ at }) => `${at.file}:${at.line}`),
    ['/usr/share/dnf5/libdnf.conf.d/20-a.conf:3', '/etc/dnf/dnf.conf:2'],
  );
  const four = readConfiguration(root, dnf4FrontEnd);
  assert.deepEqual(four.caches, [{ directory: 'var/cache/dnf', prefix: '' }]);
});

test('readConfiguration() passes over a repository file where the manager does, and says so', (t) => {
  const root = hostOf(t, {
    'etc/yum.repos.d/a.repo': '[a\nbaseurl=file:///srv/a\n',
    'etc/yum.repos.d/b.repo': repository('b'),
  });
  const { warnings, localRepositories } = readConfiguration(root, dnf4FrontEnd);
  assert.match(
    warnings.join(),
    /^Cannot read "\/etc\/yum.repos.d\/a.repo:1": .*: going on without/,
  );
  assert.deepEqual([...localRepositories.keys()], ['b']);
  assert.throws(() => readConfiguration(root, dnf5FrontEnd), /^BuildError: Cannot read/);
});

const rpm = {
  name: 'libc6',
  version: '1:2.41-12',
  architecture: 'x86_64',
  repository: 'a',
  size: 1,
};

// The forms that dnf takes ("Specifying Packages" in its manual), and what is not the package.
const patterns: readonly (readonly [line: string, isHidden: boolean])[] = [
  ['excludepkgs=libc6', true],
  ['exclude=libc6', true],
  ['excludepkgs=other, libc*', true],
  ['excludepkgs=other\n  libc?', true],
  ['excludepkgs=libc6.x86_64', true],
  ['excludepkgs=*.x86_64', true],
  ['excludepkgs=libc6-2.41', true],
  ['excludepkgs=libc6-2.41-12.x86_64', true],
  ['excludepkgs=libc6-1:2.41-12', true],
  ['excludepkgs=libc6-[12].*', true],
  ['excludepkgs=libc', false],
  ['excludepkgs=*.i686 libc6-3*', false],
  ['excludepkgs=', false],
  ['includepkgs=bash', true],
  ['includepkgs=bash lib*', false],
];

for (const [line, isHidden] of patterns) {
  test(`"${line}" ${isHidden ? 'hides' : 'does not hide'} a package`, () => {
    const section = parseIni(`[main]\n${line}\n`, 'dnf.conf').get('main') ?? new Map();
    for (const repositoryOf of [undefined, 'a']) {
      const excludes = excludesOf(section, 'dnf.conf', repositoryOf);
      assert.equal(asHidden(excludes, [rpm]).length, isHidden ? 1 : 0);
    }
    assert.deepEqual(asHidden(excludesOf(section, 'dnf.conf', 'b'), [rpm]), []);
  });
}

function hostOf(t: Parameters<typeof scratch>[0], tree: Tree) {
  return rootFiles(plant(scratch(t), tree));
}
