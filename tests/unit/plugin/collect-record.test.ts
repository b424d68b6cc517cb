import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
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
  const root = plant(scratch(t), { ...tree, etc: null });
  const state = join(root, 'var/lib/pkginitrd');
  const { stderr, status } = spawnSync(join(checkout, 'plugin/collect-record'), {
    env: { ...process.env, ROOT: root },
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

test('collect-record takes nothing twice, and nothing that is no record', (t) => {
  const again = collect(t, { ...inFirmware, 'var/lib/pkginitrd/boot-record': record });
  assert.deepEqual([again.stderr, readdirSync(again.state)], ['', ['boot-record']]);
  const cut = collect(t, { 'efi/pkginitrd-boot-record': record.subarray(0, 20) });
  assert.match(
    cut.stderr,
    /efi\/pkginitrd-boot-record" is no whole record of a boot: it is removed/,
  );
  assert.deepEqual([readdirSync(cut.state), cut.left('efi/pkginitrd-boot-record')], [[], false]);
});
