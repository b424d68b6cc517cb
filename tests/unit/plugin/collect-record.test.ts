import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import test, { type TestContext } from 'node:test';
import { gzipSync } from 'node:zlib';
import { checkout } from '../../helpers/paths.ts';
import { plant, scratch, type Tree } from '../../helpers/scratch.ts';

const record = gzipSync('pkginitrd boot record 1\nkernel 6.12\n');
const variable =
  'sys/firmware/efi/efivars/PkginitrdBootRecord-cfc8fc79-be2e-4ddc-97f0-9f98bfe298a0';
const inFirmware = { [variable]: Buffer.concat([Buffer.of(7, 0, 0, 0), record]) };

function collect(t: TestContext, tree: Tree) {
  const root = plant(scratch(t), { etc: null, ...tree });
  if (existsSync(join(root, 'bin/mv'))) chmodSync(join(root, 'bin/mv'), 0o755);
  const state = join(root, 'var/lib/pkginitrd');
  const { stderr, status } = spawnSync(join(checkout, 'plugin/collect-record'), {
    env: { ...process.env, ROOT: root, PATH: `${root}/bin:${process.env['PATH'] ?? ''}` },
    encoding: 'utf8',
  });
  assert.equal(status, 0, stderr);
  return { stderr, state, left: (path: string) => existsSync(join(root, path)) };
}

for (const [place, tree] of [
  [variable, inFirmware],
  ['boot/efi/pkginitrd-boot-record', { 'boot/efi/pkginitrd-boot-record': record }],
] as const) {
  test(`collect-record takes the record from ${place}, for root alone, and says so`, (t) => {
    const { stderr, state, left } = collect(t, tree);
    assert.match(
      stderr,
      /A boot of kernel 6\.12 stopped in the initrd; "pkginitrd doctor --last-boot"/,
    );
    assert.deepEqual(readdirSync(state), ['boot-record', 'boot-record.unread']);
    assert.deepEqual(readFileSync(join(state, 'boot-record')), record);
    assert.equal(statSync(join(state, 'boot-record')).mode & 0o777, 0o600);
    assert.equal(left(place), false);
  });
}

test('collect-record does nothing where no boot has failed', (t) => {
  const { stderr, left } = collect(t, { 'boot/initrd.img': 'x' });
  assert.deepEqual([stderr, left('var')], ['', false]);
});

const esp = 'efi/pkginitrd-boot-record';

test('collect-record removes no record before it is whole in its new place', (t) => {
  for (const tree of [
    // Nothing can be written to the one, and nothing be renamed to the other.
    { 'var/lib/pkginitrd/boot-record.new/x': '' },
    { 'var/lib/pkginitrd/boot-record/x/y': '', 'bin/mv': '#!/bin/sh\nexit 1\n' },
    { 'var/lib': 'x' },
  ]) {
    const { stderr, left } = collect(t, { ...tree, [esp]: record });
    assert.match(
      stderr,
      /Cannot write ".*boot-record": .* stays in ".*efi\/pkginitrd-boot-record"/,
    );
    assert.equal(left(esp), true);
  }
});

test('collect-record takes nothing that is larger than what a boot writes, nor reads all of it', (t) => {
  const earlier = { 'var/lib/pkginitrd/boot-record': record };
  const other = 'pkginitrd boot record 1\nkernel 6.13\n';
  for (const [bytes, isLeft] of [
    [gzipSync('hi\n'), false],
    [gzipSync('pkginitrd boot record 1\n'), false],
    // A second line and a journal of many megabytes, which take few bytes packed.
    [gzipSync(`pkginitrd boot record 1\nkernel ${'x'.repeat(30_000_000)}\n`), false],
    [gzipSync(`${other}journal\n${'x'.repeat(30_000_000)}\n`), false],
    [Buffer.concat([gzipSync(other), Buffer.alloc(70_000)]), false],
    [{ link: '../etc/secret' }, true],
  ] as const) {
    const { stderr, state, left } = collect(t, {
      ...earlier,
      [esp]: bytes,
      'etc/secret': gzipSync(other),
    });
    assert.equal(left(esp), isLeft);
    assert.ok(stderr.length < 1000, `${stderr.length}`);
    assert.deepEqual(readFileSync(join(state, 'boot-record')), record);
    assert.deepEqual(readdirSync(state), ['boot-record']);
  }
});

test('the unit that collects a record has an end, and is not kept from a host of ostree', () => {
  const units = join(checkout, 'systemd/system');
  const texts = readdirSync(units).map((name) => readFileSync(join(units, name), 'utf8'));
  const collecting = texts.filter((text) => text.includes('/collect-record'));
  assert.equal(collecting.length, 1);
  assert.doesNotMatch(collecting[0] ?? '', /ostree/);
  assert.match(collecting[0] ?? '', /^TimeoutStartSec=\d+$/m);
});

test('collect-record takes nothing twice, and nothing that is no record', (t) => {
  const again = collect(t, { ...inFirmware, 'var/lib/pkginitrd/boot-record': record });
  assert.deepEqual([again.stderr, readdirSync(again.state)], ['', ['boot-record']]);
  const cut = collect(t, { 'efi/pkginitrd-boot-record': record.subarray(0, 20) });
  assert.match(
    cut.stderr,
    /efi\/pkginitrd-boot-record" is no whole record of a boot: it is removed/,
  );
  assert.deepEqual([cut.left('var'), cut.left('efi/pkginitrd-boot-record')], [false, false]);
});
