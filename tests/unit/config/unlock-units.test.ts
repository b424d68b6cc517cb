// Units that are to run while disks are unlocked, in all that a profile brings with it.
import assert from 'node:assert/strict';
import { readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import test, { type TestContext } from 'node:test';
import { parseUnit, unitList, type UnitSetting } from '../../../src/formats/unit.ts';
import { absolutePath } from '../../../src/model/brands.ts';
import { load } from './load-fixture.ts';

const dropins = absolutePath(fileURLToPath(new URL('../../../dropins', import.meta.url)));
const place = 'usr/lib/systemd/system';

/** The units and drop-ins that the trees of a profile have, by their names. */
function unitsOf(t: TestContext, profile: string): ReadonlyMap<string, readonly UnitSetting[]> {
  const { extraTrees } = load(t, {}, { vendorDirectory: dropins, profiles: [profile] });
  const found = new Map<string, readonly UnitSetting[]>();
  for (const { value } of extraTrees) {
    const directory = join(value.source, place);
    if (statSync(directory, { throwIfNoEntry: false }) === undefined) continue;
    for (const name of readdirSync(directory, { recursive: true, encoding: 'utf8' })) {
      if (statSync(join(directory, name)).isDirectory()) continue;
      found.set(name, parseUnit(readFileSync(join(directory, name), 'utf8')));
    }
  }
  return found;
}

const words = (settings: readonly UnitSetting[] | undefined, key: string): readonly string[] =>
  unitList(settings ?? [], 'Unit', key).flatMap((value) => value.split(' '));

for (const [profile, unit] of [
  ['ssh', 'pkginitrd-ssh.service'],
  ['tang', 'cryptsetup.target.d/tang.conf'],
] as const) {
  test(`the profile ${profile} starts the network that it needs, and gives it back`, (t) => {
    const units = unitsOf(t, profile);
    const wanted = words(units.get(unit), 'Wants');
    assert.ok(wanted.includes('systemd-networkd.service'));
    const back = wanted.filter((name) => name !== 'systemd-networkd.service');
    assert.deepEqual(back, ['pkginitrd-network-down.service']);
    // On the way down the order is the other way round.
    const down = units.get('pkginitrd-network-down.service');
    assert.ok(words(down, 'Before').includes('systemd-networkd.service'));
    assert.ok(words(down, 'Conflicts').includes('initrd-switch-root.target'));
    assert.equal(unitList(down ?? [], 'Service', 'ExecStop').length, 1);
  });
}

test('the profile tpm2 takes the policy of the image away before a disk is unlocked, where a credential has one', (t) => {
  const units = unitsOf(t, 'tpm2');
  const wanted = words(units.get('cryptsetup.target.d/pcrlock.conf'), 'Wants');
  assert.deepEqual(wanted, ['pkginitrd-pcrlock.service']);
  const unit = units.get('pkginitrd-pcrlock.service');
  const [file, ...more] = words(unit, 'ConditionPathExists');
  assert.deepEqual(more, []);
  assert.deepEqual(unitList(unit ?? [], 'Service', 'ExecStart'), [`rm ${file}`]);
  // A credential that systemd takes, and no condition that an absent one fulfils.
  const glob = words(unit, 'ConditionPathExistsGlob');
  assert.deepEqual(glob, ['/run/credentials/@encrypted/pcrlock.*']);
  for (const key of ['Wants', 'Before']) {
    assert.ok(words(unit, key).includes('cryptsetup-pre.target'), key);
  }
  const { hostFiles } = load(t, {}, { vendorDirectory: dropins, profiles: ['tpm2'] });
  assert.ok(hostFiles.some(({ value }) => value === file));
});
