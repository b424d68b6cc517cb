import assert from 'node:assert/strict';
import test from 'node:test';
import { baseKey, baseQuestion, kernelKey } from '../../../src/cache/key.ts';
import type { PackageIdentity } from '../../../src/model/packages.ts';
import type { PackagePlan, Plan, RootPlan } from '../../../src/model/plan.ts';
import { makeManifest } from '../../../src/image/manifest.ts';
import { absolutePath } from '../../../src/model/brands.ts';
import { makePlan } from '../../../src/plan/plan.ts';
import { config, facts } from '../../helpers/plan-fixture.ts';

const modules = { directory: 'm', files: [], missing: [], leftOut: [], rootNeeds: [] };
const plain = makePlan(config(), facts(), modules, new Map(), { generic: false, offline: false });
const from = { type: 'file', file: '/a.conf', line: 3 } as const;
const script = { path: '/etc/p/a.chroot', insideRoot: true, from };
const plan: Plan = {
  ...plain,
  root: {
    ...plain.root,
    extraTrees: [{ source: '/etc/p/extra', target: '/', from }],
    postinst: [script],
    removeFiles: [{ value: '/x', isDefault: true, from }],
    environment: { A: '1' },
  },
};
const { os } = facts();
const makers = { tool: '1', compressor: 'zstd 1' };
const archive: PackageIdentity = {
  name: 'udev',
  version: '1',
  architecture: 'amd64',
  origin: 'archive',
  digest: 'sha256:00',
};
const content = new Map([
  ['/etc/p/extra', 'a'],
  ['/etc/p/a.chroot', 'b'],
]);

const packages = (changes: Partial<PackagePlan>): Plan => ({
  ...plan,
  packages: { ...plan.packages, ...changes },
});
const root = (changes: Partial<RootPlan>): Plan => ({
  ...plan,
  root: { ...plan.root, ...changes },
});
const other = [{ value: 'other', from }];

/** What makes another base part of a plan. */
const others: readonly [string, Plan][] = [
  ['a package', packages({ install: other })],
  ['a package removed', packages({ remove: other })],
  ['recommended packages', packages({ withRecommends: true })],
  ['documentation', packages({ withDocs: true })],
  ['the manager', packages({ manager: 'dnf5' })],
  ['the locale', root({ locale: 'de_DE.UTF-8' })],
  ['a tree', root({ extraTrees: [] })],
  ['the target of a tree', root({ extraTrees: [{ source: '/etc/p/extra', target: '/a', from }] })],
  ['a script', root({ postinst: [] })],
  ['a script moved to the end', root({ postinst: [], finalize: [script] })],
  ['files removed', root({ removeFiles: [] })],
  ['whose pattern it is', root({ removeFiles: [{ value: '/x', isDefault: false, from }] })],
  ['unused libraries', root({ removeUnusedLibraries: other })],
  ['packages of the user', root({ ownPackages: ['x'] })],
  ['package metadata', root({ cleanPackageMetadata: false })],
  ['the environment of scripts', root({ environment: { A: '2' } })],
  ['the time', { ...plan, sourceDateEpoch: 5 }],
  ['the architecture', { ...plan, architecture: 'arm64' }],
  ['the release', { ...plan, distribution: { id: 'debian', version: '14' } }],
  ['the level', { ...plan, parts: [{ name: 'base', compression: 'zstd', level: 1 }] }],
];

for (const [what, changedPlan] of others) {
  test(`baseQuestion() and baseKey() tell apart: ${what}`, () => {
    assert.notEqual(baseQuestion(changedPlan, os, makers), baseQuestion(plan, os, makers));
    assert.notEqual(
      baseKey(changedPlan, os, makers, [archive], content),
      baseKey(plan, os, makers, [archive], content),
    );
  });
}

test('both tell apart another program, compressor and release', () => {
  for (const changed of [
    { ...makers, tool: '2' },
    { ...makers, compressor: 'zstd 2' },
  ]) {
    assert.notEqual(baseQuestion(plan, os, changed), baseQuestion(plan, os, makers));
    assert.notEqual(
      baseKey(plan, os, changed, [], content),
      baseKey(plan, os, makers, [], content),
    );
  }
  const release = { ...os, bugReportUrl: 'https://other' };
  assert.notEqual(baseQuestion(plan, release, makers), baseQuestion(plan, os, makers));
});

test('baseKey() is that of the packages, trees and scripts, wherever they come from', () => {
  const key = (identities: readonly PackageIdentity[], found = content): string =>
    baseKey(plan, os, makers, identities, found);
  const ours = key([archive]);
  for (const changes of [
    { version: '2' },
    { digest: 'sha256:01' },
    { origin: 'installed' },
    { architecture: 'all' },
  ] satisfies Partial<PackageIdentity>[]) {
    assert.notEqual(key([{ ...archive, ...changes }]), ours, JSON.stringify(changes));
  }
  assert.notEqual(key([archive, { ...archive, name: 'more' }]), ours);
  for (const path of content.keys()) {
    assert.notEqual(key([archive], new Map([...content, [path, 'other']])), ours, path);
  }
});

test('the base part is the same for another kernel, other reasons, another host part', () => {
  const same: Plan = {
    ...plan,
    kernelVersion: '7.0',
    root: {
      ...plan.root,
      rootPassword: 'set',
      removeFiles: [{ value: '/x', isDefault: true, from: { ...from, line: 9 } }],
    },
    warnings: ['x'],
  };
  assert.equal(baseQuestion(same, os, makers), baseQuestion(plan, os, makers));
  assert.equal(baseKey(same, os, makers, [], content), baseKey(plan, os, makers, [], content));
  const sources = packages({ sources: ['cache'] });
  assert.notEqual(baseQuestion(sources, os, makers), baseQuestion(plan, os, makers));
  assert.equal(baseKey(sources, os, makers, [], content), baseKey(plan, os, makers, [], content));
});

test('kernelKey() is that of the kernel, its files, the manifest and the depmod', () => {
  const file = { path: 'm/a.ko', follow: true, names: false, stamp: '1', digest: null };
  const given = { epoch: 5, depmod: 'a', files: [file] };
  const manifest = makeManifest({
    ...{ plan, config: config(), packages: [], ownersInOrder: [], epoch: 5, bugs: undefined },
    ...{ vendorDirectory: absolutePath('/x'), hostRoot: absolutePath('/') },
  });
  const ours = kernelKey(plan, manifest, makers, given);
  const all = [
    kernelKey({ ...plan, kernelVersion: '7.0' }, manifest, makers, given),
    kernelKey(plan, { ...manifest, dropIns: ['/etc/x.conf'] }, makers, given),
    kernelKey(plan, manifest, { ...makers, tool: '2' }, given),
    kernelKey(plan, manifest, makers, { ...given, epoch: 6 }),
    kernelKey(plan, manifest, makers, { ...given, depmod: null }),
    kernelKey(plan, manifest, makers, { ...given, files: [{ ...file, stamp: '2' }] }),
    kernelKey(plan, manifest, makers, { ...given, files: [] }),
    kernelKey({ ...plan, firmware: { files: other, missing: [] } }, manifest, makers, given),
  ];
  assert.equal(new Set([ours, ...all]).size, all.length + 1);
});
