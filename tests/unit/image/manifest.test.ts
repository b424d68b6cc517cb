import assert from 'node:assert/strict';
import { test } from 'node:test';
import { settings } from '../../../src/config/settings.ts';
import { makeManifest, manifestEntry, placedManifest } from '../../../src/image/manifest.ts';
import { absolutePath } from '../../../src/model/brands.ts';
import type { PackageOrigin, ResolvedPackage } from '../../../src/model/packages.ts';
import { makePlan } from '../../../src/plan/plan.ts';
import { selectModules } from '../../../src/plan/select-modules.ts';
import { config, facts, words } from '../../helpers/plan-fixture.ts';

const vendorDirectory = absolutePath('/home/me/checkout/dropins');

function packages(archive: PackageOrigin): readonly ResolvedPackage[] {
  const one = { version: '1', architecture: 'amd64', size: 9, hostVersion: '1' };
  return [
    {
      ...one,
      name: 'bash',
      origin: archive,
      digest: { algorithm: 'sha256', hex: 'ab' },
      about: { source: 'bash', licences: ['GPL-3+'], homepage: 'https://bash', bugs: undefined },
    },
    { ...one, name: 'udev', origin: 'installed' },
  ];
}

function manifest(archive: PackageOrigin = 'cache') {
  const ours = config({
    kernelModules: words('ext4', 'btrfs'),
    rootPassword: 'secret',
    environment: { TOKEN: 'secret' },
    files: [`${vendorDirectory}/10-base.conf`, '/mnt/etc/pkginitrd/50-local.conf'],
  });
  const host = facts();
  const plan = makePlan(ours, host, selectModules(ours, host), new Map(), {
    generic: false,
    offline: false,
  });
  return makeManifest({
    plan,
    config: ours,
    packages: packages(archive),
    ownersInOrder: [
      ['bash', 3],
      [null, 1],
    ],
    epoch: 5,
    bugs: 'https://bugs',
    vendorDirectory,
    hostRoot: absolutePath('/mnt'),
  });
}

test('makeManifest() names packages with their origin, digest, licence and home page', () => {
  assert.deepEqual(manifest().packages, [
    {
      name: 'bash',
      version: '1',
      architecture: 'amd64',
      origin: 'archive',
      digest: 'sha256:ab',
      source: 'bash',
      licences: ['GPL-3+'],
      homepage: 'https://bash',
      bugs: null,
    },
    {
      name: 'udev',
      version: '1',
      architecture: 'amd64',
      origin: 'installed',
      digest: null,
      source: null,
      licences: [],
      homepage: null,
      bugs: null,
    },
  ]);
});

test('makeManifest() names modules as they lie in the image, sorted', () => {
  const { modules } = manifest();
  assert.ok(modules.includes('/usr/lib/modules/6.12.48+deb13-amd64/kernel/fs/ext4/ext4.ko'));
  assert.deepEqual(modules, [...modules].sort());
});

test('the manifest in the image is the same whether an archive was cached or fetched', () => {
  assert.deepEqual(manifestEntry(manifest('cache'), 5), manifestEntry(manifest('network'), 5));
});

test('makeManifest() names every setting of pkginitrd.conf(5) but those that an image does not depend on', () => {
  const ofImages = settings
    .map(({ key }) => key)
    .filter((key) => !/^(?:Allow|Cache|Keep|Refresh|Rescue)/.test(key));
  assert.deepEqual(Object.keys(manifest().settings).sort(), ofImages.sort());
});

test('the manifest in the image has no path of the build and no secret', () => {
  const text = JSON.stringify(manifest());
  assert.doesNotMatch(text, /checkout|\/mnt|"secret"/);
  assert.deepEqual(manifest().dropIns, [
    '/etc/pkginitrd/50-local.conf',
    '/usr/lib/pkginitrd/10-base.conf',
  ]);
  assert.equal(manifest().settings['RootPassword'], 'set');
  assert.deepEqual(manifest().settings['Environment'], ['TOKEN']);
});

test('the manifest beside the image tells a fetched package, the sizes and the digest of the image', () => {
  const written = ['microcode', 'base', 'kernel', 'host'] as const;
  const text = placedManifest(
    manifest('network'),
    packages('network'),
    written.map((name) => ({
      name,
      compression: 'zstd',
      file: absolutePath('/x'),
      bytes: 7,
      unpackedBytes: 8,
      entries: 1,
    })),
    { path: absolutePath('/tmp/initrd'), bytes: 28, sha256: 'cd' },
  );
  assert.match(text, /"origin": "network"/);
  assert.match(text, /"name": "initrd",\n {4}"bytes": 28,\n {4}"sha256": "cd"/);
  assert.match(text, /"name": "base",\n {6}"compression": "zstd",\n {6}"bytes": 7/);
});
