import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PackageOrigin } from '../../../src/model/packages.ts';
import { usableSources } from '../../../src/packages/shared/sources.ts';
import { requestFor } from './support.ts';

type Row = readonly [sources: string, offline: boolean, expected: string];

const rows: readonly Row[] = [
  ['cache installed network', false, 'cache installed network'],
  ['cache installed network', true, 'cache installed'],
  ['network cache', false, 'network'],
  ['network cache', true, 'cache'],
  ['cache', false, 'cache'],
  ['network', true, ''],
];

const known: readonly PackageOrigin[] = ['cache', 'installed', 'network'];

for (const [text, offline, expected] of rows) {
  test(`usableSources() of "${text}" ${offline ? 'offline' : 'online'}`, () => {
    const sources = text.split(' ').flatMap((word) => known.find((each) => each === word) ?? []);
    const { plan } = requestFor({ sources, offline });
    assert.equal(usableSources(plan).join(' '), expected);
  });
}
