import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, readdirSync, readlinkSync, statSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { buildable } from '../helpers/boots-root.ts';
import { buildCommand, builtImage } from '../helpers/image.ts';
import { plainEnvironment, runOk } from '../helpers/run.ts';
import { scratch } from '../helpers/scratch.ts';

test(
  'two builds in two directories at different times are the same bytes',
  { timeout: 900_000 },
  async (t) => {
    const kernel = buildable(t);
    if (kernel === undefined) return;
    const first = await builtImage(kernel);
    const temporary = join(scratch(t), 'a workspace of another name');
    const output = scratch(t);
    mkdirSync(temporary);
    await runOk(buildCommand(kernel, output), { env: { ...plainEnvironment, TMPDIR: temporary } });
    assert.ok(
      readFileSync(join(output, 'initrd')).equals(readFileSync(first)),
      'the images differ',
    );
    assert.equal(statSync(join(output, 'initrd')).mode & 0o777, 0o600);
    assert.deepEqual(readdirSync(temporary), []);
  },
);

test('Format=directory writes the same system as a tree', { timeout: 900_000 }, async (t) => {
  const kernel = buildable(t);
  if (kernel === undefined) return;
  const output = scratch(t);
  await runOk([...buildCommand(kernel, output), '--format', 'directory']);
  const root = join(output, 'initrd');
  assert.equal(readlinkSync(join(root, 'init')), 'usr/lib/systemd/systemd');
  for (const path of ['etc/initrd-release', `usr/lib/modules/${kernel.version}/modules.dep.bin`]) {
    assert.ok(existsSync(join(root, path)), path);
  }
  assert.equal(statSync(join(root, 'etc/shadow')).mode & 0o777, 0o640);
  assert.deepEqual(readdirSync(output).sort(), ['initrd', 'initrd.manifest.json']);
});
