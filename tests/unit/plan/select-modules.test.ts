import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Config } from '../../../src/model/config.ts';
import { describeReason } from '../../../src/model/reason.ts';
import { selectModules } from '../../../src/plan/select-modules.ts';
import { config, facts, words } from '../../helpers/plan-fixture.ts';

function chosen(changes: Partial<Config>, loaded: readonly string[] = []): readonly string[] {
  return selectModules(config(changes), facts({ loadedModules: loaded }))
    .files.map(({ name }) => name)
    .sort();
}

test('selectModules() takes what is loaded with its hard dependencies', () => {
  assert.deepEqual(chosen({}, ['ext4']), ['ext4', 'jbd2', 'mbcache']);
});

test('selectModules() follows soft dependencies, also through every module of an alias', () => {
  assert.deepEqual(chosen({ kernelModules: words('btrfs') }), [
    'btrfs',
    'crc32c_generic',
    'crc32c_intel',
    'raid6_pq',
  ]);
  assert.deepEqual(chosen({}, ['r8169']), ['libphy', 'r8169', 'realtek']);
});

test('selectModules() lets a drop-in exclude what is loaded, and the last pattern decide', () => {
  assert.deepEqual(chosen({ kernelModules: words('-ext4') }, ['ext4', 'ahci']), [
    'ahci',
    'libahci',
  ]);
  assert.deepEqual(chosen({ kernelModules: words('-/drivers/ata/', 'ahci') }), ['ahci', 'libahci']);
  assert.deepEqual(chosen({ kernelModules: words('crypto/', '-/drivers/crypto/') }), [
    'crc32c_generic',
    'crc32c_intel',
  ]);
});

test('selectModules() leaves out an excluded soft dependency, and refuses to do so with a hard one', () => {
  assert.deepEqual(chosen({ kernelModules: words('btrfs', '-crc32c-intel') }), [
    'btrfs',
    'crc32c_generic',
    'raid6_pq',
  ]);
  assert.throws(() => chosen({ kernelModules: words('btrfs', '-raid6_pq') }), {
    name: 'UsageError',
    message:
      '/etc/pkginitrd/test.conf:2 "-raid6_pq": Cannot leave out "raid6_pq": "btrfs" needs it, ' +
      'which is taken for: /etc/pkginitrd/test.conf:1 "btrfs"',
    hint: 'Exclude "btrfs" as well, or keep "raid6_pq"',
  });
});

test('selectModules() takes the default list for the word "default"', () => {
  const defaults = { defaultKernelModules: words('ahci', 'ext4') };
  assert.deepEqual(chosen({ ...defaults, kernelModules: words('default', '-ahci') }), [
    'ext4',
    'jbd2',
    'mbcache',
  ]);
});

test('selectModules() notes names that are neither modules nor built in, with their origin', () => {
  const { missing } = selectModules(
    config({ kernelModules: words('nvme', 'no-such', 'none*') }),
    facts({ loadedModules: ['gone'] }),
  );
  assert.deepEqual(
    missing.map(({ value, from }) => [value, describeReason(from)]),
    [
      ['gone', 'loaded on the host'],
      ['no_such', '/etc/pkginitrd/test.conf:2 "no-such"'],
    ],
  );
});

test('selectModules() notes what of the host a pattern leaves out, unless something else takes it', () => {
  const host = facts({ loadedModules: ['r8169', 'ahci', 'ccp', 'ext4'] });
  const { leftOut } = selectModules(
    config({
      hostModules: words('-/drivers/net/', '-/drivers/ata/'),
      kernelModules: words('ahci', '-ccp'),
    }),
    host,
  );
  const rows = leftOut.map(({ name, wanted, by }) => [name, ...[wanted, by].map(describeReason)]);
  assert.deepEqual(rows, [
    ['ccp', 'loaded on the host', '/etc/pkginitrd/test.conf:2 "-ccp"'],
    ['r8169', 'loaded on the host', '/etc/pkginitrd/test.conf:1 "-/drivers/net/"'],
  ]);
});

test('selectModules() says why each module is there', () => {
  const { files } = selectModules(config({ kernelModules: words('btrfs') }), facts());
  assert.deepEqual(
    Object.fromEntries(files.map(({ name, from }) => [name, describeReason(from)])),
    {
      btrfs: '/etc/pkginitrd/test.conf:1 "btrfs"',
      raid6_pq: 'needed by btrfs',
      crc32c_generic: 'soft dependency of btrfs',
      crc32c_intel: 'soft dependency of btrfs',
    },
  );
});
