import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { HostFacts, ModprobeLine } from '../../../../src/model/facts.ts';
import type { StorageNode, StorageStack } from '../../../../src/model/storage.ts';
import { selectModules } from '../../../../src/plan/select-modules.ts';
import { stoppedNeeds } from '../../../../src/plan/storage/stopped-needs.ts';
import { config, facts, modprobe } from '../../../helpers/plan-fixture.ts';

const pci = { device: '0000:00:1f.2', bus: 'pci', driver: 'ahci', role: 'parent' } as const;
const disk: StorageNode = {
  type: 'disk',
  device: 'sda',
  drivers: [{ ...pci, module: 'ahci', modalias: 'pci:v1d2' }],
};
const root: StorageStack = {
  ...{ purpose: '/', required: true, source: '/dev/sda1', fileSystem: 'ext4', checksum: null },
  below: [{ type: 'partition', device: 'sda1', name: 'sda1', below: [disk] }],
};

function stopped(conf: string | readonly ModprobeLine[], changes: Partial<HostFacts> = {}) {
  const lines = typeof conf === 'string' ? modprobe(conf) : conf;
  const { kernel } = facts();
  const aliases = [
    { pattern: 'fs_ext4', module: 'ext4' },
    { pattern: 'pci:v1d2', module: 'ahci' },
  ];
  const host = facts({
    kernel: { ...kernel, modules: { ...kernel.modules, aliases } },
    storage: [root],
    modprobe: lines,
    ...changes,
  });
  return stoppedNeeds(host, selectModules(config(), host));
}

const file = '/etc/modprobe.d/test.conf';
const ofAhci = 'pci 0000:00:1f.2 under / needs "ahci"';

// What modprobe, the kernel and udev do with each is in modprobe.d(5) and libkmod-module.c.
for (const [line, message] of [
  ['blacklist ahci', ofAhci],
  ['install ahci /bin/false', ofAhci],
  ['install ahci /bin/true', ofAhci],
  // A module that it cannot do without.
  ['install libahci /usr/bin/false', ofAhci],
  ['alias pci:v1d2 off', ofAhci],
  ['blacklist ext4', 'file system ext4 of / needs "ext4"'],
  ['install jbd2 /bin/false', 'file system ext4 of / needs "ext4"'],
] as const) {
  test(`stoppedNeeds() says that "${line}" keeps / from being mounted`, () => {
    const found = stopped(line);
    assert.deepEqual(found, [
      {
        message: `${message}, which ${file}:1 "${line}" keeps from being loaded in the initrd`,
        hint: `Take the line out, or keep the file out of the initrd with "HostFiles=-${file}"`,
        isNeeded: true,
      },
    ]);
    // A mount that may fail is no reason to stop.
    const optional = { ...root, purpose: '/srv', required: false } as const;
    assert.deepEqual(
      stopped(line, { storage: [optional] }).map(({ isNeeded }) => isNeeded),
      [false],
    );
  });
}

for (const line of [
  // Only aliases are ignored: what another module needs comes all the same.
  'blacklist libahci',
  'blacklist jbd2',
  'blacklist nouveau',
  'install usb-storage /bin/false',
  'options ahci mobile_lpm_policy=1',
  // Only the first line for a module counts.
  'install ahci /sbin/modprobe -i ahci\ninstall ahci /bin/false',
  // Another module brings it.
  'blacklist ahci\nsoftdep ext4 pre: ahci',
]) {
  test(`stoppedNeeds() refuses nothing for ${JSON.stringify(line)}`, () => {
    assert.deepEqual(
      stopped(line).filter(({ isNeeded }) => isNeeded),
      [],
    );
  });
}

test('stoppedNeeds() passes over a blacklisted target of device-mapper, which the kernel asks for by its name', () => {
  const { kernel } = facts();
  const paths = new Map(
    ['dm_mod', 'dm_crypt'].map((name) => {
      const path = `kernel/drivers/md/${name}.ko`;
      return [path, { name, path, dependencies: [] }];
    }),
  );
  const crypt: StorageNode = {
    ...{ type: 'crypt', format: 'luks2', algorithms: [], tokens: [] },
    ...{ device: 'dm-0', name: 'root', below: [] },
  };
  const changes = {
    kernel: { ...kernel, modules: { ...kernel.modules, paths } },
    storage: [{ ...root, fileSystem: null, below: [crypt] }],
  };
  assert.deepEqual(stopped('blacklist dm_crypt', changes), []);
  assert.equal(stopped('install dm_crypt /bin/false', changes)[0]?.isNeeded, true);
});

test('stoppedNeeds() names the word of the command line', () => {
  const from = { type: 'kernel option', option: 'module_blacklist=ahci' } as const;
  const [found] = stopped([{ type: 'refused', module: 'ahci', from }]);
  assert.equal(found?.hint, `Take "module_blacklist=ahci" off the kernel's command line`);
});

test('stoppedNeeds() warns of a command that loads a driver under /', () => {
  const [found, ...others] = stopped('install ahci /usr/local/bin/quirk && modprobe -i ahci');
  assert.match(found?.message ?? '', /loads by a command of its own: in the initrd it runs too/);
  assert.deepEqual([found?.isNeeded, others], [false, []]);
});

test('stoppedNeeds() warns of a keyboard that works on the host, where a passphrase is asked for', () => {
  const { kernel } = facts();
  const path = 'kernel/drivers/hid/usbhid/usbhid.ko';
  const paths = new Map([[path, { name: 'usbhid', path, dependencies: [] }]]);
  const changes = {
    kernel: { ...kernel, modules: { ...kernel.modules, paths } },
    storage: [],
    loadedModules: ['usbhid'],
  };
  assert.deepEqual(stopped('blacklist usbhid', changes), []);
  const entry = { name: 'root', device: 'UUID=1', keyFile: 'none', options: [], line: '' };
  const [found] = stopped('blacklist usbhid', {
    ...changes,
    crypttab: [{ ...entry, purpose: '/' }],
  });
  assert.match(
    found?.message ?? '',
    /"usbhid" may drive the keyboard, and .*:1 "blacklist usbhid"/,
  );
});
