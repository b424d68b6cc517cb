// A machine without the program zstd: the bundle brings a codec of its own, which a distribution may leave out.
import assert from 'node:assert/strict';
import { cpSync, mkdirSync, readFileSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { buildable } from '../helpers/boots-root.ts';
import { buildCommand } from '../helpers/image.ts';
import { bundle, checkout } from '../helpers/paths.ts';
import { explain, plainEnvironment, run, runOk } from '../helpers/run.ts';
import { scratch } from '../helpers/scratch.ts';

test('The bundle builds and checks an image without zstd', { timeout: 900_000 }, async (t) => {
  const kernel = buildable(t);
  if (kernel === undefined) return;
  const directory = scratch(t);
  const env = withoutZstd(t);
  // It is read back before it gets its name.
  await runOk(buildCommand(kernel, directory), { env });
  const image = readFileSync(join(directory, 'initrd'));
  assert.ok(image.includes(Buffer.from('28b52ffd', 'hex')), 'no zstd frame');
});

test('Without zstd and codec a build says what to install', { timeout: 900_000 }, async (t) => {
  const kernel = buildable(t);
  if (kernel === undefined) return;
  const directory = scratch(t);
  const env = withoutZstd(t);
  const program = join(directory, 'dist/pkginitrd.mjs');
  cpSync(dirname(bundle), join(directory, 'dist'), { recursive: true });
  rmSync(join(directory, 'dist/zstd-codec.mjs'));
  symlinkSync(join(checkout, 'dropins'), join(directory, 'dropins'));
  const command = buildCommand(kernel, directory).map((word) => (word === bundle ? program : word));
  const ran = await run(command, { env });
  assert.equal(ran.code, 1, explain(command, ran));
  assert.match(ran.stderr, /Cannot use zstd: neither its program nor the built-in codec is there/);
  assert.match(ran.stderr, /Install zstd, or choose another compression/);
});

/** All programs of the machine but those of zstd. */
function withoutZstd(t: TestContext): Readonly<Record<string, string>> {
  const programs = join(scratch(t), 'programs');
  mkdirSync(programs);
  for (const directory of ['/usr/bin', '/usr/sbin']) {
    for (const name of readdirSync(directory)) {
      if (/zst/.test(name)) continue;
      rmSync(join(programs, name), { force: true });
      symlinkSync(join(directory, name), join(programs, name));
    }
  }
  return { ...plainEnvironment, PATH: programs };
}
