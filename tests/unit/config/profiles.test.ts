import assert from 'node:assert/strict';
import test from 'node:test';
import { errorOf, load, values } from './load-fixture.ts';

const packages = (...names: string[]): string => `[Content]\nPackages=${names.join(' ')}\n`;

const tree = {
  'vendor/10-base.conf': packages('base'),
  'vendor/profiles/lvm/10-lvm.conf': packages('lvm2'),
  'vendor/profiles/nfs/10-nfs.conf': `[Config]\nProfiles=network\n${packages('nfs-common')}`,
  'vendor/profiles/network/10-net.conf': packages('networkd'),
  'etc/pkginitrd/profiles/lvm/10-lvm.conf': packages('my-lvm2'),
  'etc/pkginitrd/profiles/lvm/20-more.conf': packages('thin'),
};

test('a profile that nobody selects is not read', (t) => {
  assert.deepEqual(values(load(t, tree).packages), ['base']);
});

test('profiles of flags and drop-ins are read after the drop-ins, replaced by name', (t) => {
  const config = load(
    t,
    { ...tree, 'etc/pkginitrd/zz.conf': `[Config]\nProfiles=network\n${packages('last')}` },
    { profiles: ['lvm'] },
  );
  assert.deepEqual(values(config.profiles), ['network', 'lvm']);
  assert.deepEqual(values(config.packages), ['base', 'last', 'networkd', 'my-lvm2', 'thin']);
});

test('a profile can select another one', (t) => {
  const config = load(t, tree, { profiles: ['nfs'] });
  assert.deepEqual([...values(config.profiles)].sort(), ['network', 'nfs']);
  assert.deepEqual([...values(config.packages)].sort(), ['base', 'networkd', 'nfs-common']);
});

test('Profiles= empty takes back what lower drop-ins select, not what a flag does', (t) => {
  const config = load(
    t,
    {
      ...tree,
      'vendor/20-a.conf': '[Config]\nProfiles=nfs network\n',
      'etc/pkginitrd/30-b.conf': '[Config]\nProfiles=\n',
    },
    { profiles: ['lvm'] },
  );
  assert.deepEqual(values(config.profiles), ['lvm']);
});

test('[Match] Profiles= sees profiles that a later file selects', (t) => {
  const config = load(t, {
    ...tree,
    'vendor/05-a.conf': `[Match]\nProfiles=lvm\n${packages('with-lvm')}`,
    'vendor/06-b.conf': `[Match]\nProfiles=!lvm\n${packages('without-lvm')}`,
    'vendor/07-c.conf': '[Config]\nProfiles=lvm\n',
  });
  assert.deepEqual(values(config.packages), ['with-lvm', 'base', 'my-lvm2', 'thin']);
});

test('a profile that nobody defines is an error with the known ones', (t) => {
  assert.deepEqual(
    errorOf(() => load(t, tree, { profiles: ['lvn'] })),
    {
      message: 'UsageError: Cannot use the profile "lvn": no such profile',
      hint: 'Did you mean "lvm"? Known are lvm, network, nfs',
    },
  );
  const file = { 'etc/pkginitrd/a.conf': '\n[Config]\nProfiles=bcache\n' };
  assert.equal(
    errorOf(() => load(t, { ...tree, ...file })).message,
    'UsageError: HOST/etc/pkginitrd/a.conf:3: Cannot use the profile "bcache": no such profile',
  );
});

test('a file that selects a profile which unselects the file is an error, not a loop', (t) => {
  const file = { 'etc/pkginitrd/a.conf': '[Match]\nProfiles=!lvm\n[Config]\nProfiles=lvm\n' };
  assert.match(errorOf(() => load(t, { ...tree, ...file })).message, /Cannot settle the profiles/);
});

const forbidding = (words: string): string => `[Config]\nProfiles=${words}\n`;

for (const [name, more, options, taken] of [
  ['what a lower drop-in selects', { 'vendor/20-a.conf': forbidding('lvm') }, {}, []],
  ['what the host asks for', {}, { suggestedProfiles: [suggestion('lvm')] }, []],
  [
    'nothing that a later drop-in selects',
    { 'etc/pkginitrd/60-b.conf': forbidding('lvm') },
    {},
    ['lvm'],
  ],
  ['nothing that a flag selects', {}, { profiles: ['lvm'] }, ['lvm']],
  [
    'nothing after an empty value',
    { 'etc/pkginitrd/60-b.conf': forbidding('') },
    { suggestedProfiles: [suggestion('lvm')] },
    ['lvm'],
  ],
] as const) {
  test(`Profiles=-NAME forbids ${name}`, (t) => {
    const config = load(
      t,
      { ...tree, 'etc/pkginitrd/50-a.conf': forbidding('-lvm'), ...more },
      options,
    );
    assert.deepEqual(values(config.profiles), taken);
    assert.deepEqual(values(config.forbiddenProfiles), taken.length === 0 ? ['lvm'] : []);
  });
}

test('--profile=-NAME forbids what drop-ins select, and what that profile selects goes with it', (t) => {
  const config = load(
    t,
    { ...tree, 'vendor/20-a.conf': forbidding('nfs lvm') },
    { profiles: ['-nfs'] },
  );
  assert.deepEqual(values(config.profiles), ['lvm']);
});

test('Profiles=-NAME of what a profile in use cannot do without is an error with both lines', (t) => {
  const files = { ...tree, 'etc/pkginitrd/50-a.conf': forbidding('lvm\n  -network') };
  const { message, hint } = errorOf(() =>
    load(t, files, { suggestedProfiles: [suggestion('nfs')] }),
  );
  assert.match(
    message,
    /50-a\.conf:3: Cannot forbid the profile "network": the profile "nfs" uses it \(\S*\/nfs\/10-nfs\.conf:2\), for which under \/: file system nfs asks$/,
  );
  assert.equal(hint, 'Forbid "nfs", too, or take "-network" out');
  // Both of them are none too many.
  const both = { ...files, 'etc/pkginitrd/60-b.conf': forbidding('-nfs') };
  assert.deepEqual(values(load(t, both, { suggestedProfiles: [suggestion('nfs')] }).profiles), [
    'lvm',
  ]);
});

test('Profiles=-NAME of a profile that there is not is an error with the nearest name', (t) => {
  const { message, hint } = errorOf(() =>
    load(t, { ...tree, 'etc/pkginitrd/a.conf': forbidding('-lwm') }),
  );
  assert.match(message, /a\.conf:2: Cannot forbid the profile "lwm": no such profile/);
  assert.match(hint ?? '', /^Did you mean "lvm"\?/);
});

test('a profile that forbids itself is an error', (t) => {
  const files = { ...tree, 'vendor/profiles/odd/10-odd.conf': forbidding('-odd') };
  const { message } = errorOf(() => load(t, files, { suggestedProfiles: [suggestion('odd')] }));
  assert.match(message, /^UsageError: Cannot settle the profiles/);
});

function suggestion(value: string) {
  const layer = { type: 'file system', name: value } as const;
  return { value, from: { type: 'under', purpose: '/', layer } } as const;
}
