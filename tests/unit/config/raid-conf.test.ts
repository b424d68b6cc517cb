import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import test from 'node:test';
import { fileURLToPath } from 'node:url';
import { loadConfig } from '../../../src/config/load.ts';
import { absolutePath } from '../../../src/model/brands.ts';
import { rootFiles } from '../../../src/sys/root-files.ts';
import { plant, scratch, type Tree } from '../../helpers/scratch.ts';
import { debian13 } from './load-fixture.ts';

const dropins = fileURLToPath(new URL('../../../dropins', import.meta.url));

const rows: readonly (readonly [what: string, tree: Tree, generic: boolean, ours: boolean])[] = [
  ['no file', {}, false, true],
  ['the file of Debian', { 'etc/mdadm/mdadm.conf': '' }, false, false],
  ['the file of others', { 'etc/mdadm.conf': '' }, false, false],
  ['drop-ins alone', { 'etc/mdadm/mdadm.conf.d/a.conf': '' }, false, false],
  ['a file, for any machine', { 'etc/mdadm/mdadm.conf': '' }, true, true],
];

// mdadm reads one of the two files only.
for (const [what, tree, generic, ours] of rows) {
  test(`the profile raid has an mdadm.conf of its own ${ours ? '' : 'not '}where the host has ${what}`, (t) => {
    const { extraTrees } = loadConfig(
      { root: rootFiles },
      {
        hostRoot: plant(scratch(t), { ...tree, 'usr/lib/os-release': '' }),
        vendorDirectory: absolutePath(dropins),
        facts: debian13,
        profiles: ['raid'],
        suggestedProfiles: [],
        assignments: [],
        generic,
      },
    );
    const files = extraTrees.flatMap(({ value: { source } }) =>
      readdirSync(source, { recursive: true, encoding: 'utf8' }),
    );
    const found = files.filter((file) => file.endsWith('mdadm.conf')).sort();
    assert.deepEqual(found, ours ? ['etc/mdadm.conf', 'etc/mdadm/mdadm.conf'] : []);
  });
}
