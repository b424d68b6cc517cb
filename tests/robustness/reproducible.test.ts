import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, readdirSync, readlinkSync, statSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { buildable } from '../helpers/boots-root.ts';
import { buildCommand } from '../helpers/image.ts';
import type { Kernel } from '../helpers/kernel.ts';
import { plainEnvironment, runOk } from '../helpers/run.ts';
import { scratch } from '../helpers/scratch.ts';

test(
  'two builds in two directories at different times are the same bytes',
  { timeout: 900_000 },
  async (t) => {
    const kernel = buildable(t);
    if (kernel === undefined) return;
    const temporary = join(scratch(t), 'a workspace of another name');
    const outputs = [scratch(t), scratch(t)] as const;
    mkdirSync(temporary);
    await runOk(buildOfArchives(kernel, outputs[0]));
    await runOk(buildOfArchives(kernel, outputs[1]), {
      env: { ...plainEnvironment, TMPDIR: temporary },
    });
    const [first, second] = outputs.map((output) => readFileSync(join(output, 'initrd')));
    assert.ok(first !== undefined && second?.equals(first) === true, 'the images differ');
    assert.equal(statSync(join(outputs[1], 'initrd')).mode & 0o777, 0o600);
    assert.deepEqual(readdirSync(temporary), []);
  },
);

// A package made of installed files says so in the image, and is not made any more once a cache has its archive: what
// happens to the caches of this machine in the meantime is not for this test to know.
function buildOfArchives(kernel: Kernel, output: string): readonly string[] {
  return [...buildCommand(kernel, output), '--sources', 'cache,network'];
}

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
