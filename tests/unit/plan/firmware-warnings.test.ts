import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { DriverFacts, MountPoint, StorageStack } from '../../../src/model/storage.ts';
import { makePlan } from '../../../src/plan/plan.ts';
import { selectModules } from '../../../src/plan/select-modules.ts';
import { config, facts, info, words } from '../../helpers/plan-fixture.ts';

/** A disk behind a controller of which only the driver matters. */
function under(purpose: MountPoint | 'swap'): StorageStack {
  const controller: DriverFacts = {
    ...{ device: '0000:03:00.0', bus: 'pci', role: 'parent' },
    ...{ driver: 'ahci', module: 'ahci', modalias: null },
  };
  return {
    ...{ purpose, required: true, source: '/dev/sda1', fileSystem: 'ext4', checksum: null },
    below: [{ type: 'disk', device: 'sda', drivers: [controller] }],
  };
}

function warnings(
  named: readonly string[],
  purpose: MountPoint | 'swap' = '/',
  firmwareFiles: readonly string[] = [],
): readonly string[] {
  const host = facts({ loadedModules: ['ahci'], storage: [under(purpose)] });
  const ours = config({ firmwareFiles: words(...firmwareFiles) });
  const infos = new Map([['kernel/drivers/ata/ahci.ko', info(named)]]);
  const options = { generic: false, offline: false };
  return makePlan(ours, host, selectModules(ours, host), infos, options).warnings;
}

test('makePlan() warns of a driver under / of whose firmware nothing is there', () => {
  assert.deepEqual(warnings(['hba/seq.fw']), [
    'Cannot find firmware "hba/seq.fw" of driver "ahci" (under /: pci 0000:03:00.0): the disk may not come up, ' +
      'install the package that ships it, or exclude it in FirmwareFiles= if the driver works without',
  ]);
});

test('makePlan() names the first of many files, each once, and the mount point', () => {
  assert.match(
    warnings(['a', 'b', 'a', 'c', 'd', 'e*'], '/usr').join('\n'),
    /^Cannot find firmware "a" or "b" or "c" or 2 more of driver "ahci" \(under \/usr: pci [^\n]*$/,
  );
});

test('makePlan() does not warn where one of the files is there, by whatever name', () => {
  assert.deepEqual(warnings(['hba/seq.fw', 'rtl_nic/rtl8168g-2.fw']), []);
  assert.deepEqual(warnings(['hba/seq.fw', 'rtl_nic/rtl8125a-3.fw']), []);
  assert.deepEqual(warnings(['hba/seq.fw', 'rtl_nic/*']), []);
});

test('makePlan() does not warn of firmware that FirmwareFiles= excludes', () => {
  assert.deepEqual(warnings(['hba/seq.fw'], '/', ['-hba/*']), []);
});

test('makePlan() does not warn of a driver that only swap needs, or that needs no firmware', () => {
  assert.deepEqual(warnings(['hba/seq.fw'], 'swap'), []);
  assert.deepEqual(warnings([]), []);
});
