import assert from 'node:assert/strict';
import { test } from 'node:test';
import { describeReason } from '../../../src/model/reason.ts';
import { chooseManager, hasPackages } from '../../../src/host/manager.ts';
import { readOs } from '../../../src/host/os.ts';
import { absolutePath } from '../../../src/model/brands.ts';
import type { Manager } from '../../../src/model/managers.ts';
import type { Assignment } from '../../../src/model/config.ts';
import { rootFiles } from '../../../src/sys/root-files.ts';
import { checkout } from '../../helpers/paths.ts';
import { plant, scratch, type Tree } from '../../helpers/scratch.ts';
import { debian13, flag, load } from '../config/load-fixture.ts';

// Whole hosts: os-release, what is installed, and the drop-ins as they are shipped.

const everything: Tree = {
  'usr/bin/apt-get': '',
  'usr/bin/dnf-3': '',
  'usr/bin/dnf': { link: 'dnf-3' },
  'usr/bin/zypper': '',
  'usr/bin/pacman': '',
  'var/lib/dpkg/status': '',
  'var/lib/rpm/rpmdb.sqlite': '',
  'var/lib/pacman/local/ALPM_DB_VERSION': '9\n',
};
const dnf5: Tree = { 'usr/bin/dnf5': '', 'usr/bin/dnf': { link: 'dnf5' } };

type Host = readonly [osRelease: string, tree: Tree, expected: readonly [string, RegExp]];

const hosts: readonly Host[] = [
  ['ID=debian', everything, ['apt', /\/20-debian\.conf:\d+$/]],
  ['ID=linuxmint\nID_LIKE="ubuntu debian"', everything, ['apt', /\/20-debian\.conf:\d+$/]],
  ['ID=arch', everything, ['pacman', /\/20-arch\.conf:\d+$/]],
  ['ID=endeavouros\nID_LIKE=arch', everything, ['pacman', /\/20-arch\.conf:\d+$/]],
  ['ID=rocky\nID_LIKE="rhel centos fedora"', everything, ['dnf4', /\/30-fedora\.conf:\d+$/]],
  // dnf 5 beside the distribution's own dnf.
  ['ID=fedora', { ...everything, 'usr/bin/dnf5': '' }, ['dnf4', /\/30-fedora\.conf:\d+$/]],
  ['ID=fedora', { ...everything, ...dnf5 }, ['dnf5', /\/30-fedora\.conf:\d+$/]],
  ['ID=opensuse-leap\nID_LIKE="suse opensuse"', everything, ['zypper', /\/40-suse\.conf:\d+$/]],
  // Nobody knows it, and there is one.
  ['ID=other', { 'usr/bin/dnf5': '', 'var/lib/rpm/x': '' }, ['dnf5', /^the only one installed$/]],
  // A program without its database is a guest.
  [
    'ID=other',
    { 'usr/bin/pacman': '', 'usr/bin/zypper': '', 'usr/lib/sysimage/rpm/rpmdb.sqlite': '' },
    ['zypper', /^the only one installed$/],
  ],
  [
    'ID=debian',
    { ...everything, 'etc/pkginitrd/50-local.conf': '[Content]\nPackageManager=pacman\n' },
    ['pacman', /\/50-local\.conf:2$/],
  ],
];

for (const [index, [osRelease, tree, [manager, from]]] of hosts.entries()) {
  test(`chooseManager() is ${manager} by ${from.source} for ${osRelease.replace('\n', ', ')} (${index + 1})`, (t) => {
    const chosen = chooseOn(t, osRelease, tree);
    assert.equal(chosen.manager, manager);
    assert.match(describeReason(chosen.managerFrom), from);
  });
}

test('chooseManager() obeys --package-manager', (t) => {
  const chosen = chooseOn(t, 'ID=debian', everything, [flag('PackageManager', 'zypper')]);
  assert.deepEqual(chosen, {
    manager: 'zypper',
    managerFrom: { type: 'flag', flag: '--packagemanager' },
  });
});

test('chooseManager() names what asks for a manager that is not installed', (t) => {
  const tree = { 'usr/bin/dnf': '', 'var/lib/rpm/x': '' };
  assert.throws(() => chooseOn(t, 'ID=debian', tree), {
    name: 'BuildError',
    message:
      /^Cannot install packages with apt \(.*20-debian\.conf:\d+\): no "\/usr\/bin\/apt-get" in/,
    hint: 'Install apt, or set another PackageManager=',
  });
});

test('chooseManager() does not guess among several', (t) => {
  assert.throws(() => chooseOn(t, 'ID=other', everything), {
    name: 'BuildError',
    message: /: apt and dnf and zypper and pacman are installed$/,
    hint: /PackageManager=.*--package-manager/,
  });
});

function chooseOn(
  t: Parameters<typeof scratch>[0],
  osRelease: string,
  tree: Tree,
  assignments: readonly Assignment[] = [],
) {
  const root = rootFiles(plant(scratch(t), { 'etc/os-release': `${osRelease}\n`, ...tree }));
  const os = readOs(root);
  const facts = { ...debian13, distribution: os.id, distributionLike: os.idLike };
  const vendorDirectory = absolutePath(`${checkout}/dropins`);
  const config = load(t, tree, { vendorDirectory, facts, assignments });
  return chooseManager(root, config.packageManager);
}

const databases: readonly (readonly [Manager, Tree, boolean])[] = [
  ['apt', {}, false],
  ['apt', { 'var/lib/dpkg/status': '' }, false],
  ['apt', { 'var/lib/dpkg/status': 'Package: dpkg\n' }, true],
  ['dnf4', { 'usr/bin/dnf': '' }, false],
  ['dnf5', { 'usr/lib/sysimage/rpm/rpmdb.sqlite': 'x' }, true],
  ['zypper', { 'var/lib/rpm': null }, false],
  [
    'zypper',
    { 'var/lib/rpm': { link: '../../usr/lib/sysimage/rpm' }, 'usr/lib/sysimage/rpm/x': '' },
    true,
  ],
  ['pacman', { 'var/lib/pacman/local/ALPM_DB_VERSION': '9\n' }, true],
];

for (const [manager, tree, expected] of databases) {
  const paths = Object.keys(tree).join(', ');
  test(`hasPackages() is ${expected} for ${manager} with ${paths || 'nothing'}`, (t) => {
    const root = rootFiles(plant(scratch(t), tree));
    assert.equal(hasPackages(root, manager), expected);
  });
}
