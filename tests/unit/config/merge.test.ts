import assert from 'node:assert/strict';
import test from 'node:test';
import type { Config } from '../../../src/model/config.ts';
import { describeOrigin, type Sourced } from '../../../src/model/origin.ts';
import type { Tree } from '../../helpers/scratch.ts';
import { errorOf, flag, load, values } from './load-fixture.ts';

const content = (text: string): string => `[Content]\n${text}\n`;

const lists: readonly (readonly [name: string, low: string, high: string, expected: string[]])[] = [
  ['assignments append', 'Packages=a', 'Packages=b', ['a', 'b']],
  ['commas, spaces and lines separate', 'Packages=a, b,c\n  d e', '', ['a', 'b', 'c', 'd', 'e']],
  ['the first of equal ones stays', 'Packages=a b', 'Packages=b a c', ['a', 'b', 'c']],
  ['empty resets what a lower directory set', 'Packages=a', 'Packages=\nPackages=b', ['b']],
  ['commented-out continuations reset', 'Packages=a', 'Packages=\n  # b', []],
  [
    'a regular expression is one word',
    'Packages=^libtss2-mu[0-9.-]+(t64)?$',
    '',
    ['^libtss2-mu[0-9.-]+(t64)?$'],
  ],
];

for (const [name, low, high, expected] of lists) {
  test(`Packages=: ${name}`, (t) => {
    const config = load(t, {
      'vendor/10-a.conf': content(low),
      'etc/pkginitrd/20-b.conf': content(high),
    });
    assert.deepEqual(values(config.packages), expected);
  });
}

test('KernelModules= and FirmwareFiles= keep the last of equal patterns', (t) => {
  const config = load(t, {
    'vendor/10-a.conf': content('KernelModules=ccp -/drivers/crypto/ ccp\nFirmwareFiles=a -b* a'),
  });
  assert.deepEqual(values(config.kernelModules), ['-/drivers/crypto/', 'ccp']);
  assert.deepEqual(values(config.firmwareFiles), ['-b*', 'a']);
});

test("defaultKernelModules is the vendor's list, whatever the host does to it", (t) => {
  const config = load(t, {
    'vendor/10-a.conf': content('KernelModules=ahci nvme'),
    'vendor/20-x.conf': content('KernelModules=not-on-this-host'),
    'etc/pkginitrd/20-x.conf': content('KernelModules=\nKernelModules=default -nvme'),
  });
  assert.deepEqual(values(config.kernelModules), ['default', '-nvme']);
  assert.deepEqual(values(config.defaultKernelModules), ['ahci', 'nvme']);
});

const scalars: readonly (readonly [text: string, key: keyof Config, expected: unknown])[] = [
  ['[Content]\nLocale=C\nLocale=de_DE.UTF-8', 'locale', 'de_DE.UTF-8'],
  ['[Content]\nLocale=C\nLocale=', 'locale', 'C.UTF-8'],
  ['[Content]\nSources=cache network\nSources=installed, cache', 'sources', ['installed', 'cache']],
  ['[Content]\nSources=cache\nSources=', 'sources', ['cache', 'installed', 'network']],
  ['[Content]\nPackageManager=apt\nPackageManager=', 'packageManager', undefined],
  ['[Content]\nWithDocs=on', 'withDocs', true],
  ['[Content]\nWithDocs=yes\nWithDocs=', 'withDocs', false],
  ['[Content]\nWithRecommends=1', 'withRecommends', true],
  ['[Content]\nCleanPackageMetadata=auto', 'cleanPackageMetadata', true],
  ['[Content]\nCleanPackageMetadata=no', 'cleanPackageMetadata', false],
  ['[Content]\nRootPassword=hashed:$6$a%b', 'rootPassword', 'hashed:$6$a%b'],
  ['[Content]\nRootPassword=a\nRootPassword=', 'rootPassword', undefined],
  ['[Content]\nSourceDateEpoch=0', 'sourceDateEpoch', 0],
  ['[Output]\nCache=off', 'cache', false],
  ['[Output]\nCacheSize=0', 'cacheSize', 0],
  ['[Output]\nCacheSize=12k', 'cacheSize', 12 * 1024],
  ['[Output]\nCacheSize=2G\nCacheSize=', 'cacheSize', 1024 ** 3],
  ['[Output]\nFormat=directory', 'format', 'directory'],
  ['[Output]\nOutput=x-%a.img', 'output', 'x-x86-64.img'],
  ['[Output]\nCompressOutput=zst', 'compressOutput', 'zstd'],
  ['[Output]\nCompressOutput=gz', 'compressOutput', 'gzip'],
  ['[Output]\nCompressLevel=19', 'compressLevel', 19],
  ['[Output]\nCompressLevel=19\nCompressOutput=none', 'compressLevel', undefined],
  ['[Output]\nCompressLevel=0\nCompressOutput=xz', 'compressLevel', 0],
];

for (const [text, key, expected] of scalars) {
  test(`${JSON.stringify(text)} gives ${key} ${JSON.stringify(expected)}`, (t) => {
    assert.deepEqual(load(t, { 'etc/pkginitrd/a.conf': `${text}\n` })[key], expected);
  });
}

test('without any drop-in the defaults hold', (t) => {
  const { host: _, ...config } = load(t, {});
  assert.deepEqual(config, {
    forbiddenProfiles: [],
    availableProfiles: [],
    format: 'cpio',
    output: 'initrd',
    cache: true,
    cacheSize: 1024 ** 3,
    keepPrevious: true,
    rescue: false,
    allowReadableKeys: false,
    refresh: true,
    bootRecord: true,
    compressOutput: 'zstd',
    compressLevel: undefined,
    packageManager: undefined,
    packages: [],
    removePackages: [],
    ownPackages: [],
    removeFiles: [],
    removeUnusedLibraries: [],
    hostModules: [],
    hostFiles: [],
    kernelModules: [],
    defaultKernelModules: [],
    firmwareFiles: [],
    extraTrees: [],
    postinstScripts: [],
    finalizeScripts: [],
    locale: 'C.UTF-8',
    withDocs: false,
    withRecommends: false,
    cleanPackageMetadata: true,
    rootPassword: undefined,
    environment: {},
    sourceDateEpoch: undefined,
    sources: ['cache', 'installed', 'network'],
    profiles: [],
    files: [],
    warnings: [],
  });
});

test('Environment= merges by name, undoes quotes, and is read in [Build] too', (t) => {
  const config = load(t, {
    'vendor/10-a.conf': content(`Environment=A=1 "B=two words" C=a\\ b D='"' E=\n  F=x=y`),
    'etc/pkginitrd/20-b.conf': '[Build]\nEnvironment=A=2 G=100%%\n',
  });
  assert.deepEqual(config.environment, {
    A: '2',
    B: 'two words',
    C: 'a b',
    D: '"',
    E: '',
    F: 'x=y',
    G: '100%',
  });
});

test('PackageManager= is remembered with its line, whatever its case', (t) => {
  const { packageManager } = load(t, { 'vendor/10-a.conf': content('PackageManager=Apt') });
  assert.equal(packageManager?.value, 'apt');
  assert.match(describeOrigin(packageManager.from), /vendor\/10-a\.conf:2$/);
  const error = errorOf(() => load(t, { 'vendor/10-a.conf': content('PackageManager=yum') }));
  assert.match(
    error.message,
    /10-a\.conf:2: Cannot take "yum" for PackageManager=: expected apt, /,
  );
});

test('flags come after every drop-in', (t) => {
  const config = load(
    t,
    { 'etc/pkginitrd/zz.conf': content('Packages=a\nLocale=de\nKernelModules=x') },
    {
      assignments: [
        flag('Packages', 'b'),
        flag('Locale', 'en'),
        flag('KernelModules', ''),
        flag('KernelModules', 'y,z'),
        flag('ExtraTrees', '/usr:/opt'),
      ],
    },
  );
  assert.deepEqual(
    config.packages.map(({ value, from }) => [value, from.type]),
    [
      ['a', 'file'],
      ['b', 'flag'],
    ],
  );
  assert.equal(config.locale, 'en');
  assert.deepEqual(values(config.kernelModules), ['y', 'z']);
  // A flag's path is one of this machine, not of the host root.
  assert.deepEqual(values(config.extraTrees), [{ source: '/usr', target: '/opt' }]);
});

test('[Match] Format= sees the flag before the drop-ins, and those so far', (t) => {
  const tree = {
    'vendor/10-a.conf': '[Output]\nFormat=directory\n',
    'vendor/20-b.conf': `[Match]\nFormat=directory\n${content('Packages=b')}`,
  };
  assert.deepEqual(values(load(t, tree).packages), ['b']);
  const assignments = [flag('Format', 'cpio', 'Output')];
  assert.deepEqual(values(load(t, tree, { assignments }).packages), []);
});

test('every item knows its file and the line that it stands on', (t) => {
  const { packages, kernelModules, host } = load(t, {
    'etc/pkginitrd/a.conf':
      '# c\n[Content]\nPackages=a b\n  # d\n  e\n\n  f\nPackages=\\\n  g\nKernelModules=\n  h \\\n  i\n  j\n',
  });
  const lines = (items: readonly Sourced<string>[]): readonly string[] =>
    items.map(({ value, from }) => `${value} ${describeOrigin(from).replace(host, '')}`);
  const file = '/etc/pkginitrd/a.conf';
  assert.deepEqual(lines(packages), [
    `a ${file}:3`,
    `b ${file}:3`,
    `e ${file}:5`,
    `f ${file}:7`,
    `g ${file}:9`,
  ]);
  assert.deepEqual(lines(kernelModules), [`h ${file}:11`, `i ${file}:11`, `j ${file}:13`]);
});

test('an error in a list names the line of the item', (t) => {
  const text = content('RemoveFiles=\n  /a\n  /../b');
  assert.match(
    errorOf(() => load(t, { 'etc/pkginitrd/a.conf': text })).message,
    /a\.conf:4: Cannot take the pattern/,
  );
});

test('specifiers are replaced in words and paths', (t) => {
  const config = load(t, {
    'etc/pkginitrd/a.conf': content('Packages=%d-%r-%a-%%d\nExtraTrees=tree-%r:/%d'),
    'etc/pkginitrd/tree-13/x': '',
  });
  assert.deepEqual(values(config.packages), ['debian-13-x86-64-%d']);
  assert.equal(values(config.extraTrees)[0]?.target, '/debian');
});

test('RemoveFiles= patterns are seen from the root of the image', (t) => {
  const config = load(t, {
    'etc/pkginitrd/a.conf': content('RemoveFiles=usr/share/doc/* /etc/x..y'),
  });
  assert.deepEqual(values(config.removeFiles), ['/usr/share/doc/*', '/etc/x..y']);
});

test('a pattern of the tool is a default, a package that only the user names is the own one', (t) => {
  const config = load(t, {
    'vendor/10-base.conf': '[Content]\nPackages=base\nRemoveFiles=/a /b\n',
    'etc/pkginitrd/20.conf': '[Content]\nPackages=base tar\nRemoveFiles=/c\n',
  });
  assert.deepEqual(config.ownPackages, ['tar']);
  assert.deepEqual(
    config.removeFiles.map(({ value, isDefault }) => [value, isDefault]),
    [
      ['/a', true],
      ['/b', true],
      ['/c', false],
    ],
  );
});

test('A list of more items than anybody writes is refused, with the line', (t) => {
  const error = errorOf(() =>
    load(t, { 'etc/pkginitrd/50-a.conf': content('Packages=a\n'.repeat(11_000)) }),
  );
  assert.match(error.message, /50-a\.conf:10002: Cannot take more for Packages=.* 10000 items/);
});

test('A value of 125,000 continuation lines is refused, with the line', (t) => {
  const error = errorOf(() =>
    load(t, { 'etc/pkginitrd/50-a.conf': content(`Packages=\n${'  a\n'.repeat(125_000)}`) }),
  );
  assert.match(error.message, /50-a\.conf:10003: Cannot take more for Packages=/);
});

test('BootRecord=no takes the script of the record out of the image, by its line', (t) => {
  const removals = (tree: Tree) =>
    load(t, tree).removeFiles.map(({ value, from, isDefault }) => [
      value,
      from.type === 'file' ? from.line : from.type,
      isDefault,
    ]);
  const script = '/usr/lib/pkginitrd/keep-record';
  const off = { 'etc/pkginitrd/5.conf': '[Output]\nBootRecord=no\n' };
  assert.deepEqual(removals(off), [[script, 2, false]]);
  assert.deepEqual(removals({ ...off, 'etc/pkginitrd/6.conf': '[Output]\nBootRecord=\n' }), []);
  assert.deepEqual(removals({}), []);
});
