import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { readDatabase, unfinishedState } from '../../../src/packages/apt/dpkg-installed.ts';
import { readStatus } from '../../../src/packages/apt/dpkg-status.ts';
import { rootFiles } from '../../../src/sys/root-files.ts';
import { plant, scratch, type Tree } from '../../helpers/scratch.ts';

const stanza = (name: string, status: string, more = ''): string =>
  `Package: ${name}\nStatus: ${status}\nVersion: 1\nArchitecture: amd64\n${more}\n`;

const hostWith = (t: TestContext, tree: Tree) => rootFiles(plant(scratch(t), tree));

const conffiles = 'Conffiles:\n /etc/x newconffile\n';

const states: readonly (readonly [
  status: string,
  more: string,
  installed: boolean,
  unfinished: string | undefined,
])[] = [
  ['install ok installed', '', true, undefined],
  ['hold ok installed', '', true, undefined],
  ['deinstall ok installed', '', true, undefined],
  ['install ok triggers-pending', 'Triggers-Pending: ldconfig\n', true, undefined],
  ['install ok triggers-awaited', 'Triggers-Awaited: libc-bin\n', true, undefined],
  ['install ok half-configured', conffiles, true, undefined],
  ['install ok unpacked', '', true, undefined],
  ['install ok unpacked', conffiles, true, 'unpacked'],
  ['install reinstreq half-installed', '', false, 'reinst-required'],
  ['install ok half-installed', '', false, 'half-installed'],
  ['deinstall ok config-files', conffiles, false, undefined],
  ['unknown ok not-installed', '', false, undefined],
];

for (const [status, more, installed, unfinished] of states) {
  test(`a package in the state "${status}" ${more.split(':')[0]} counts as it is`, (t) => {
    const host = hostWith(t, { 'var/lib/dpkg/status': stanza('libc-bin', status, more) });
    const database = readDatabase(host);
    assert.equal(database.stanzas.has('libc-bin:amd64'), installed);
    const wanted = { name: 'libc-bin', version: '1', architecture: 'amd64' };
    assert.equal(unfinishedState(database, wanted), unfinished);
  });
}

test('readStatus() reads the journal of a dpkg that runs, the later word last', (t) => {
  const host = hostWith(t, {
    'var/lib/dpkg/status': [
      stanza('libfoo1', 'install ok unpacked', conffiles),
      stanza('libbar1', 'install ok half-installed'),
      stanza('gone', 'install ok installed'),
    ].join(''),
    'var/lib/dpkg/updates/0000': stanza('libfoo1', 'install ok half-configured'),
    'var/lib/dpkg/updates/0001': stanza('libfoo1', 'install ok installed'),
    'var/lib/dpkg/updates/0002': stanza('libbar1', 'install ok installed'),
    'var/lib/dpkg/updates/0010': stanza('gone', 'deinstall ok config-files'),
    'var/lib/dpkg/updates/tmp.i': 'Package: lib',
  });
  const { stanzas, unfinished } = readStatus(host);
  assert.deepEqual(
    [...stanzas].map(([key, fields]) => [key, fields.get('status')]),
    [
      ['libfoo1:amd64', 'install ok installed'],
      ['libbar1:amd64', 'install ok installed'],
    ],
  );
  assert.deepEqual([...unfinished], []);
});
