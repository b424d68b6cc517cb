import assert from 'node:assert/strict';
import test from 'node:test';
import { nearestName } from '../../../src/formats/nearest-name.ts';

const known = ['Packages', 'RemovePackages', 'Locale', 'lvm', 'build'];

const cases: readonly (readonly [string, string | undefined])[] = [
  ['Package', 'Packages'],
  ['packages', 'Packages'],
  ['RemovePakages', 'RemovePackages'],
  ['buidl', 'build'],
  ['lvn', 'lvm'],
  ['raid', undefined],
  ['x', undefined],
  ['Completely', undefined],
];

for (const [name, expected] of cases) {
  test(`nearestName of "${name}"`, () => assert.equal(nearestName(name, known), expected));
}

test('nearestName of nothing known', () => assert.equal(nearestName('x', []), undefined));
