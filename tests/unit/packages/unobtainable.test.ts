import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BuildError } from '../../../src/model/errors.ts';
import type { PackageOrigin } from '../../../src/model/packages.ts';
import type { Nowhere, ResolvedArchive } from '../../../src/packages/driver.ts';
import { refuseNowhere } from '../../../src/packages/shared/unobtainable.ts';
import { requestFor } from '../../helpers/package-request.ts';

const supplier = {
  program: 'apt',
  refresh: 'apt-get update',
  finish: 'dpkg --configure -a',
  reinstall: (name: string) => `apt-get install --reinstall ${name}`,
  unsigned: (file: string) => `"${file}" is not signed`,
};

const archive: ResolvedArchive = {
  ...{ name: 'less', version: '590', architecture: 'amd64', file: 'less_590_amd64.deb' },
  ...{ size: undefined, digest: undefined, hostVersion: '590', origin: 'network' },
  from: { type: 'repository', id: 'http://x', uri: 'http://x/less_590_amd64.deb' },
};

const absent = { type: 'absent' } as const;
const kinds: Readonly<Record<string, Nowhere>> = {
  'in no source': { archive, cached: absent, installed: absent },
  'damaged in the cache': { archive, cached: { type: 'damaged', copies: [] }, installed: absent },
  'unsigned in the cache': { archive, cached: { type: 'unsigned' }, installed: absent },
  'changed on the host': {
    archive,
    cached: absent,
    installed: { type: 'changed', files: ['usr/bin/less'] },
  },
  'half installed': {
    archive,
    cached: absent,
    installed: { type: 'unfinished', state: 'half-installed' },
  },
  'in an old format': { archive, cached: absent, installed: { type: 'impossible' } },
};

for (const [kind, nowhere] of Object.entries(kinds)) {
  test(`an archive ${kind}: only where --offline is the cause it is named as the way out`, () => {
    const local: readonly PackageOrigin[] = ['cache', 'installed'];
    assert.match(hintOf(nowhere, [...local, 'network'], true), /without --offline/);
    assert.doesNotMatch(hintOf(nowhere, local, true), /--offline/);
    assert.doesNotMatch(hintOf(nowhere, local, false), /--offline/);
    assert.doesNotMatch(hintOf(nowhere, [...local, 'network'], false), /--offline/);
  });
}

test('a source list without the network says how it comes in', () => {
  const [first] = Object.values(kinds);
  assert.ok(first);
  assert.match(hintOf(first, ['cache'], false), /^Add "network" to Sources=/);
});

function hintOf(nowhere: Nowhere, sources: readonly PackageOrigin[], offline: boolean): string {
  const { plan } = requestFor({ sources, offline });
  try {
    refuseNowhere(supplier, plan, [nowhere]);
  } catch (error) {
    assert.ok(error instanceof BuildError);
    return error.hint ?? '';
  }
  return assert.fail('nothing was refused');
}
