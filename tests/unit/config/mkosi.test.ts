import assert from 'node:assert/strict';
import test from 'node:test';
import { legacyModulePatterns } from '../../../src/config/legacy-modules.ts';
import { errorOf, load, values } from './load-fixture.ts';

// The shape of mkosi-initrd's own tree.
const tree = {
  'etc/pkginitrd/mkosi.conf':
    '[Output]\nOutput=initrd\nFormat=cpio\nManifestFormat=\nSplitArtifacts=\n\n' +
    '[Content]\nBootable=no\nMakeInitrd=yes\nPackages=\n        systemd   # sine qua non\n\n        udev\n' +
    'KernelModules=\n        ahci\n        crypto/\n        -/drivers/crypto/ # exclude hardware\n',
  'etc/pkginitrd/mkosi.conf.d/10-debian-kali/mkosi.conf':
    '[Match]\nDistribution=|debian\nDistribution=|kali\n\n[Content]\nPackages=\n        kmod\n',
  'etc/pkginitrd/mkosi.conf.d/10-debian-kali/mkosi.conf.d/dpkg.conf':
    '[TriggerMatch]\nDistribution=debian\nRelease=!bookworm\n\n[Content]\nRemovePackages=dpkg\n',
  'etc/pkginitrd/mkosi.conf.d/10-debian-kali/mkosi.extra/etc/debian': '',
  'etc/pkginitrd/mkosi.conf.d/10-fedora/mkosi.conf':
    '[Match]\nDistribution=fedora\n\n[Content]\nPackages=\n        util-linux-core\n',
  'etc/pkginitrd/mkosi.conf.d/10-fedora/mkosi.conf.d/all.conf':
    '[Content]\nPackages=behind-the-gate\n',
  'etc/pkginitrd/mkosi.conf.d/10-fedora/mkosi.extra/etc/fedora': '',
  'etc/pkginitrd/mkosi.conf.d/20-stub.conf':
    '[Match]\nFormat=uki\n[Content]\nPackages=systemd-boot\n',
  'etc/pkginitrd/mkosi.conf.d/README.md': 'no configuration',
  'etc/pkginitrd/mkosi.extra/usr/x': '',
  'etc/pkginitrd/mkosi.profiles/lvm/mkosi.conf': '[Content]\nPackages=lvm2\n',
  'etc/pkginitrd/mkosi.profiles/network/mkosi.postinst': '#!/bin/sh\n',
  'etc/pkginitrd/mkosi.profiles/network/mkosi.conf.d/resolved.conf':
    '[Content]\nPackages=systemd-resolved\n',
  'etc/pkginitrd/mkosi.profiles/raid.conf': '[Content]\nPackages=mdadm\n',
};

const executable = ['etc/pkginitrd/mkosi.profiles/network/mkosi.postinst'];

test("mkosi-initrd's tree loads without a warning, each directory behind its own [Match]", (t) => {
  const config = load(t, tree, { executable });
  assert.deepEqual(values(config.packages), ['systemd', 'udev', 'kmod']);
  assert.deepEqual(values(config.removePackages), ['dpkg']);
  assert.deepEqual(values(config.kernelModules), ['ahci', 'crypto/', '-/drivers/crypto/']);
  assert.deepEqual(
    values(config.extraTrees).map(({ source }) =>
      source.slice(`${config.host}/etc/pkginitrd/`.length),
    ),
    ['mkosi.extra', 'mkosi.conf.d/10-debian-kali/mkosi.extra'],
  );
  assert.deepEqual(config.warnings, []);
});

test("mkosi's profiles are directories or files, and stand at the end of their tree", (t) => {
  const config = load(
    t,
    { ...tree, 'etc/pkginitrd/zz.conf': '[Content]\nPackages=after\n' },
    { executable, profiles: ['raid', 'network', 'lvm'] },
  );
  assert.deepEqual(values(config.packages), [
    'systemd',
    'udev',
    'kmod',
    'mdadm',
    'systemd-resolved',
    'lvm2',
    'after',
  ]);
  assert.equal(config.postinstScripts.length, 1);
});

test('a [Match] in the mkosi.conf of a directory gates its profiles and scripts too', (t) => {
  const config = load(
    t,
    {
      ...tree,
      'etc/pkginitrd/mkosi.conf': '[Match]\nDistribution=fedora\n',
      'etc/pkginitrd/mkosi.postinst': '#!/bin/sh\n',
    },
    { executable: [...executable, 'etc/pkginitrd/mkosi.postinst'], profiles: ['lvm'] },
  );
  assert.deepEqual([config.packages, config.postinstScripts, config.extraTrees], [[], [], []]);
});

test('mkosi scripts of all forms are found', (t) => {
  const names = [
    'mkosi.postinst',
    'mkosi.postinst.chroot',
    'mkosi.postinst.d/a',
    'mkosi.finalize.chroot',
  ];
  const paths = names.map((name) => `etc/pkginitrd/${name}`);
  const config = load(t, Object.fromEntries(paths.map((path) => [path, '#!/bin/sh\n'])), {
    executable: paths,
  });
  assert.deepEqual(
    values(config.postinstScripts).map(({ insideRoot }) => insideRoot),
    [false, true, false],
  );
  assert.deepEqual(
    values(config.finalizeScripts).map(({ insideRoot }) => insideRoot),
    [true],
  );
});

test('trees of several directories are all read, lowest first', (t) => {
  const config = load(t, {
    'usr/lib/pkginitrd/mkosi.conf': '[Content]\nPackages=low\nLocale=C.low\n',
    'etc/pkginitrd/mkosi.conf': '[Content]\nPackages=high\nLocale=C.high\n',
  });
  assert.deepEqual(values(config.packages), ['low', 'high']);
  assert.equal(config.locale, 'C.high');
});

test('what means nothing for an initrd gives one warning each, with the line', (t) => {
  const config = load(t, {
    'etc/pkginitrd/a.conf':
      '[Content]\nBootable=yes\nSsh=always\nHostname=x\nHostname=y\n' +
      '[Validation]\nSecureBoot=yes\nSign=yes\n[Distribution]\nRepositories=epel\n',
    'etc/pkginitrd/b.conf': '[Match]\nImageId=x\n[Content]\nPackages=a\n',
    'etc/pkginitrd/c.conf':
      '[Content]\nSsh=yes\nTimezone=\n[Validation]\nVerity=yes\n[Build]\nCacheOnly=always\n',
    'etc/pkginitrd/mkosi.skeleton/x': '',
  });
  assert.deepEqual(
    config.warnings.map((text) => text.replaceAll(config.host, 'HOST')),
    [
      'HOST/etc/pkginitrd/a.conf:2: Bootable= has no meaning for an initrd, ignoring',
      'HOST/etc/pkginitrd/a.conf:3: Ssh= has no meaning for an initrd, ignoring',
      'HOST/etc/pkginitrd/a.conf:4: Hostname= has no meaning for an initrd, ignoring',
      'HOST/etc/pkginitrd/a.conf:6: [Validation] has no meaning for an initrd, ignoring',
      'HOST/etc/pkginitrd/a.conf:9: [Distribution] has no meaning for an initrd, ignoring',
      'HOST/etc/pkginitrd/b.conf:2: The condition ImageId= has no meaning for an initrd, taking it as not set',
      'HOST/etc/pkginitrd/c.conf:7: CacheOnly= has no meaning for an initrd, ignoring',
      'HOST/etc/pkginitrd/mkosi.skeleton: This has no meaning for an initrd, ignoring',
    ],
  );
  assert.deepEqual(values(config.packages), []);
});

test('older names of settings are read', (t) => {
  const config = load(
    t,
    {
      'etc/pkginitrd/a.conf': '[Config]\nProfile=p\n[Content]\nFinalizeScript=run\n',
      'etc/pkginitrd/run': '',
      'etc/pkginitrd/profiles/p/x.conf': '',
    },
    { executable: ['etc/pkginitrd/run'] },
  );
  assert.deepEqual(values(config.profiles), ['p']);
  assert.equal(config.finalizeScripts.length, 1);
});

const expressions: readonly (readonly [expression: string, pattern: string])[] = [
  ['/ahci.ko', 'ahci'],
  ['/ahci\\.ko', 'ahci'],
  ['/ata/ahci.ko$', 'ata/ahci'],
  ['fat.ko', '*fat'],
  ['^drivers/ata/ahci.ko', '/drivers/ata/ahci'],
  ['/intel[-_]vsec.ko', 'intel-vsec'],
  ['/raid[0-9]*.ko', 'raid[0-9]*'],
  ['^fs/nls/', '/fs/nls/'],
  ['crypto/', 'crypto/'],
  ['host', 'host'],
  ['default', 'default'],
];

for (const [expression, pattern] of expressions) {
  test(`KernelModulesInclude=${expression} is the pattern ${pattern}`, () => {
    assert.deepEqual(legacyModulePatterns('KernelModulesInclude', expression), [pattern]);
    assert.deepEqual(legacyModulePatterns('KernelModulesExclude', expression), [`-${pattern}`]);
  });
}

test('a regular expression without a counterpart is an error', (t) => {
  for (const expression of ['.*', '(ahci|nvme).ko', 'drm', '^fs/(nls|fat)/']) {
    const file = { 'etc/pkginitrd/a.conf': `[Content]\nKernelModulesInclude=${expression}\n` };
    assert.equal(
      errorOf(() => load(t, file)).message,
      `UsageError: HOST/etc/pkginitrd/a.conf:2: Cannot turn the regular expression "${expression}" into a module pattern`,
    );
  }
});

test('KernelModulesInclude=, Exclude= and IncludeHost= add to KernelModules=', (t) => {
  const config = load(t, {
    'etc/pkginitrd/a.conf':
      '[Content]\nKernelModules=a\nKernelModulesInclude=/b.ko\nKernelModulesExclude=/a.ko\nKernelModulesIncludeHost=yes\n',
    'etc/pkginitrd/b.conf': '[Content]\nKernelModulesExclude=\nKernelModulesIncludeHost=no\n',
  });
  assert.deepEqual(values(config.kernelModules), ['a', 'b', '-a', 'host']);
  const reset = load(t, {
    'etc/pkginitrd/a.conf': '[Content]\nKernelModules=a\nKernelModulesInclude=\n',
  });
  assert.deepEqual(values(reset.kernelModules), []);
});
