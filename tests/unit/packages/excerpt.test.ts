import assert from 'node:assert/strict';
import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import test from 'node:test';
import { parseReach } from '../../../src/packages/apt/lists.ts';
import { excerptDigest } from '../../../src/packages/excerpt.ts';
import { preparePackages } from '../../../src/packages/install.ts';
import { rootFiles } from '../../../src/sys/root-files.ts';
import { reasoned, requestFor } from '../../helpers/package-request.ts';
import { plant, scratch } from '../../helpers/scratch.ts';
import { countingSys } from './counting-sys.ts';

const excerpt = {
  manager: 'apt',
  names: ['systemd', 'libc6', 'default-logger'],
  patterns: ['^libtss2-rc0(t64)?$', 'firmware-*'],
  archives: ['var/cache/apt/archives'],
} as const;

const status = 'var/lib/dpkg/status';

const stanza = (name: string, more = '', state = 'install ok installed'): string =>
  `Package: ${name}\nStatus: ${state}\nArchitecture: amd64\nVersion: 1\n${more}\n`;

/** What may happen to a host, and if the choice may be another after it. */
const events: readonly [string, boolean, string, string][] = [
  ['a kernel comes', false, status, stanza('linux-image-1')],
  ['a package that needs one of them', false, status, stanza('nano', 'Depends: libc6\n')],
  ['one in the middle of a transaction', false, 'var/lib/dpkg/updates/0000', stanza('nano')],
  [
    'scripts of one of them are to come',
    false,
    status,
    stanza('libc6', '', 'install ok triggers-pending'),
  ],
  ['an archive of another package', false, 'var/cache/apt/archives/nano_1_amd64.deb', ''],
  ['another version of one of them', true, status, stanza('libc6', 'Depends: nano\n')],
  [
    'the same in the middle of a transaction',
    true,
    'var/lib/dpkg/updates/0000',
    stanza('libc6', 'Source: x\n'),
  ],
  ['one of them goes', true, status, stanza('libc6', '', 'deinstall ok config-files')],
  ['one of them is half there', true, status, stanza('libc6', '', 'install ok half-installed')],
  ['one of them comes', true, status, stanza('systemd')],
  [
    'another that provides one',
    true,
    status,
    stanza('nano', 'Provides: editor, default-logger (= 2)\n'),
  ],
  ['one that is essential', true, status, stanza('nano', 'Essential: yes\n')],
  ['one that an expression means', true, status, stanza('libtss2-rc0t64')],
  ['one that a pattern means', true, status, stanza('firmware-iwlwifi')],
  ['an archive of one of them', true, 'var/cache/apt/archives/libc6_2_amd64.deb', ''],
];

for (const [what, counts, file, text] of events) {
  test(`excerptDigest() is ${counts ? 'another' : 'the same'}: ${what}`, (t) => {
    const root = plant(scratch(t), { [status]: `${stanza('libc6')}${stanza('bash')}` });
    const before = excerptDigest(rootFiles(root), excerpt);
    const path = join(root, file);
    mkdirSync(dirname(path), { recursive: true });
    if (file === status) appendFileSync(path, text);
    else writeFileSync(path, text);
    assert.equal(excerptDigest(rootFiles(root), excerpt) !== before, counts);
  });
}

test('excerptDigest() does not depend on the order of the database', (t) => {
  const [one, two] = [stanza('libc6'), stanza('systemd')];
  const digests = [one + two, two + one].map((text) =>
    excerptDigest(rootFiles(plant(scratch(t), { [status]: text })), excerpt),
  );
  assert.equal(digests[0], digests[1]);
});

test('parseReach() reads names, virtual names and who provides them', () => {
  const output = [
    'udev',
    '  PreDepends: libc6',
    ' |Depends: systemd',
    '  Depends: <systemd-sysusers>',
    '    opensysusers',
    '  Depends: libpam:i386',
    '',
  ].join('\n');
  assert.deepEqual(parseReach(output), [
    ...['udev', 'libc6', 'systemd', 'systemd-sysusers', 'opensysusers', 'libpam'],
  ]);
});

test('an excerpt has the alternatives of Packages= that nobody knows yet, and no word of apt that may mean anything', async (t) => {
  const hostRoot = plant(scratch(t), {
    [status]: `${stanza('dpkg')}${stanza('b')}`,
    'var/lib/apt/lists/x_Packages': '',
  });
  const { sys } = countingSys(hostRoot, () => '');
  let isMute = false;
  const run: typeof sys.run = async ({ argv }) => {
    if (isMute && argv[0] === 'apt-cache') return { exitCode: 100, stdout: '', stderr: 'E: no' };
    const unknown = ['a', 'later'].filter((name) => argv.includes(name));
    const stderr = unknown.map((name) => `E: Unable to locate package ${name}\n`).join('');
    const stdout =
      argv[0] === 'apt-get'
        ? "'file:/srv/b_1_amd64.deb' b_1_amd64.deb 1 SHA256:00\n"
        : 'b\n  Depends: c\n';
    return { exitCode: stderr === '' ? 0 : 100, stdout, stderr };
  };
  const excerptOf = async (...words: readonly string[]) => {
    const workspace = scratch(t);
    const request = requestFor({ install: reasoned(...words) }, { hostRoot, workspace });
    const prepared = await preparePackages({ ...sys, run }, request);
    return (await prepared.excerpt())?.excerpt;
  };
  const known = await excerptOf('b', 'a|b', 'later|', '^lib[0-9]+$|');
  assert.deepEqual(known?.names, ['a', 'b', 'base-files', 'c', 'dpkg', 'later']);
  assert.deepEqual(known.patterns, ['^lib[0-9]+$']);
  assert.equal(await excerptOf('b', '?provides(b)'), undefined);
  isMute = true;
  assert.equal(await excerptOf('b'), undefined);
});
