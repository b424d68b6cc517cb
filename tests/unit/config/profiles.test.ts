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
