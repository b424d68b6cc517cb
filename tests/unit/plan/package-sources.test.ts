import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PackageOrigin } from '../../../src/model/packages.ts';
import { packageSources } from '../../../src/plan/package-sources.ts';

type Row = readonly [configured: string, offline: boolean, sources: string, withheld: boolean];

const rows: readonly Row[] = [
  ['cache installed network', false, 'cache installed network', false],
  ['cache installed network', true, 'cache installed', true],
  ['network cache', false, 'network', false],
  ['network cache', true, 'cache', true],
  ['cache', false, 'cache', false],
  // The network was not to be asked anyway: another build without --offline would not ask it either.
  ['cache', true, 'cache', false],
  ['network', true, '', true],
];

const known: readonly PackageOrigin[] = ['cache', 'installed', 'network'];

for (const [text, offline, expected, withheld] of rows) {
  test(`packageSources() of "${text}" ${offline ? 'offline' : 'online'}`, () => {
    const configured = text.split(' ').flatMap((word) => known.find((each) => each === word) ?? []);
    const planned = packageSources(configured, { offline });
    assert.equal(planned.sources.join(' '), expected);
    assert.equal(planned.offline, withheld);
  });
}
