import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseModprobeConf } from '../../../src/formats/modprobe-conf.ts';
import type { Config } from '../../../src/model/config.ts';
import type { HostFacts } from '../../../src/model/facts.ts';
import { describeReason } from '../../../src/model/reason.ts';
import { selectModules } from '../../../src/plan/select-modules.ts';
import { config, facts, modprobe, words } from '../../helpers/plan-fixture.ts';

function select(conf: string, ours: Partial<Config> = {}, host: Partial<HostFacts> = {}) {
  const { files, leftOut } = selectModules(
    config(ours),
    facts({ modprobe: modprobe(conf), ...host }),
  );
  return {
    names: files.map(({ name }) => name).sort(),
    reasons: new Map(files.map(({ name, from }) => [name, describeReason(from)])),
    leftOut: leftOut.map(({ name, by }) => [name, describeReason(by)]),
  };
}

const file = '/etc/modprobe.d/test.conf';
const ahci = { kernelModules: words('ahci') };

test('selectModules() takes what a softdep line of the host names, before and after, and says which line', () => {
  const { reasons } = select('options x y=1\nsoftdep ahci pre: ccp post: raid6-pq', ahci);
  assert.equal(reasons.get('ccp'), `${file}:2 "softdep ahci pre: ccp post: raid6-pq"`);
  assert.equal(reasons.get('raid6_pq'), reasons.get('ccp'));
});

test('selectModules() heeds the first softdep line of a module, and patterns and aliases in it', () => {
  assert.deepEqual(select('softdep a* pre: ccp\nsoftdep ahci pre: raid6_pq', ahci).names, [
    'ahci',
    'ccp',
    'libahci',
  ]);
  const aliased = select('alias my-checksum crc32c_generic\nsoftdep ahci pre: my-checksum', ahci);
  assert.deepEqual(aliased.names, ['ahci', 'crc32c_generic', 'libahci']);
  // A weak dependency is one that the module asks for later.
  assert.deepEqual(select('weakdep ahci ccp', ahci).names, ['ahci', 'ccp', 'libahci']);
});

test('selectModules() leaves out what a softdep line names and a pattern excludes', () => {
  const excluded = { kernelModules: words('ahci', '-ccp') };
  assert.deepEqual(select('softdep ahci pre: ccp', excluded).names, ['ahci', 'libahci']);
});

const modalias = 'pci:v00001AF4d00001000sv0sd0bc01sc06i01';
const device = { bus: 'pci', name: '0000:00:02.0', modalias, driver: null };

function withDevice(changes: Partial<HostFacts> = {}): Partial<HostFacts> {
  const { kernel } = facts();
  const aliases = [{ pattern: 'pci:v00001AF4*', module: 'ahci' }];
  return {
    devices: [device],
    kernel: { ...kernel, modules: { ...kernel.modules, aliases } },
    ...changes,
  };
}

test('selectModules() takes the module that an alias line gives to a device', () => {
  const { reasons } = select('alias pci:v00001AF4* r8169', {}, withDevice());
  assert.equal(reasons.get('r8169'), `${file}:1 "alias pci:v00001AF4* r8169"`);
});

for (const line of ['blacklist ahci', 'install ahci /bin/false', 'install ah* /bin/true #']) {
  test(`selectModules() leaves a device's driver out where the host says "${line}"`, () => {
    const { names, leftOut } = select(line, {}, withDevice());
    assert.deepEqual([names, leftOut], [[], [['ahci', `${file}:1 "${line}"`]]]);
    // Somebody has loaded it by its name all the same.
    const loaded = select(line, {}, withDevice({ loadedModules: ['ahci'] }));
    assert.deepEqual([loaded.names, loaded.leftOut], [['ahci', 'libahci'], []]);
  });
}

test('selectModules() takes a driver that a command of the host loads', () => {
  const line = 'install ahci /sbin/modprobe --ignore-install ahci && /bin/true';
  assert.deepEqual(select(line, {}, withDevice()).names, ['ahci', 'libahci']);
  assert.equal(parseModprobeConf(line).length, 1);
});

function named(name: string, isOfInitrd = false) {
  const at = { type: 'file', file: '/etc/modules-load.d/modules.conf', line: 5 } as const;
  return { name, isOfInitrd, from: { type: 'host line', at, text: name } as const };
}

test('selectModules() takes what the host loads by name and an initrd has a use for, within HostModules=', () => {
  const host = { modulesLoad: [named('ahci'), named('r8169'), named('gone')] };
  const { names, reasons, leftOut } = select('', { hostModules: words('-/drivers/net/') }, host);
  assert.deepEqual(names, ['ahci', 'libahci']);
  assert.equal(reasons.get('ahci'), '/etc/modules-load.d/modules.conf:5 "ahci"');
  assert.deepEqual(leftOut[0]?.[0], 'r8169');
  // What lies outside of the kernel, or is for later, waits for its own system.
  const { kernel } = facts();
  const path = 'updates/dkms/vboxdrv.ko';
  const paths = new Map([[path, { path, name: 'vboxdrv', dependencies: [] }]]);
  const outside = { kernel: { ...kernel, modules: { ...kernel.modules, paths } } };
  assert.deepEqual(select('', {}, { ...outside, modulesLoad: [named('vboxdrv')] }).names, []);
});

test('selectModules() takes what the initrd is told to load, whatever it is, unless it is blacklisted', () => {
  const host = { modulesLoad: [named('r8169', true)] };
  const policy = { hostModules: words('-/drivers/net/') };
  assert.ok(select('', policy, host).names.includes('r8169'));
  assert.deepEqual(select('blacklist r8169', policy, host).names, []);
});
