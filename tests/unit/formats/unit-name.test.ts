import assert from 'node:assert/strict';
import test from 'node:test';
import { deviceUnit, unitWord } from '../../../src/formats/unit-name.ts';

// As systemd-escape --path --suffix=device has them.
for (const [device, unit] of [
  ['/dev/vda1', 'dev-vda1.device'],
  ['/dev//mapper/a-b', 'dev-mapper-a\\x2db.device'],
  ['UUID=7d7f-0c0a', 'dev-disk-by\\x2duuid-7d7f\\x2d0c0a.device'],
  ['PARTUUID="ab"', 'dev-disk-by\\x2dpartuuid-ab.device'],
  ['LABEL=my disk', 'dev-disk-by\\x2dlabel-my\\x5cx20disk.device'],
  ['PARTLABEL=ü/x', 'dev-disk-by\\x2dpartlabel-\\xc3\\xbc\\x5cx2fx.device'],
  ['/images/disk', undefined],
  ['tmpfs', undefined],
] as const) {
  test(`deviceUnit() of ${device}`, () => {
    assert.equal(deviceUnit(device), unit);
  });
}

test('unitWord() protects what a unit name has a use for', () => {
  assert.equal(unitWord('luks-7d'), 'luks\\x2d7d');
  assert.equal(unitWord('.a/b c@d'), '\\x2ea\\x2fb\\x20c\\x40d');
});
