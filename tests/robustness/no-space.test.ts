import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { buildable } from '../helpers/boots-root.ts';
import { buildCommand, builtImage } from '../helpers/image.ts';
import { explain, plainEnvironment, run } from '../helpers/run.ts';
import { scratch } from '../helpers/scratch.ts';

// A small file system in a mount namespace of its own: $1 its directory, $2 its size, $3 the earlier image, then the
// build. Prints what the directory holds afterwards and whether the earlier image is still the same.
const inSmallFileSystem = `
  directory=$1 size=$2 earlier=$3
  shift 3
  mount -t tmpfs -o "size=$size" tmpfs "$directory" || exit 99
  cp "$earlier" "$OUTPUT/initrd" || exit 99
  mounts=$(cat /proc/self/mounts)
  "$@"
  code=$?
  cmp "$earlier" "$OUTPUT/initrd" && echo SAME-IMAGE
  [ "$mounts" = "$(cat /proc/self/mounts)" ] && echo SAME-MOUNTS
  ls -A "$directory" | sed 's/^/LEFT /'
  exit $code
`;

test('a full output directory keeps the earlier image', { timeout: 900_000 }, async (t) => {
  const kernel = buildable(t);
  if (kernel === undefined) return;
  const directory = scratch(t);
  const [output, temporary] = [join(directory, 'output'), join(directory, 'tmp')];
  mkdirSync(output);
  mkdirSync(temporary);
  const earlier = await builtImage(kernel);
  const size = Math.ceil(statSync(earlier).size * 1.2);
  const ran = await run(
    [
      ...['unshare', '--mount', 'sh', '-c', inSmallFileSystem, 'sh', output, `${size}`, earlier],
      ...buildCommand(kernel, output),
    ],
    { env: { ...plainEnvironment, TMPDIR: temporary, OUTPUT: output } },
  );
  assert.equal(ran.code, 1, explain(['build'], ran));
  assert.deepEqual(verdict(ran.stdout), ['SAME-IMAGE', 'SAME-MOUNTS', 'LEFT initrd']);
  assert.match(ran.stderr, /[\d.]+ MiB wanted, [\d.]+ MiB free/);
  assert.deepEqual(readdirSync(temporary), []);
});

test('a full workspace keeps the earlier image', { timeout: 900_000 }, async (t) => {
  const kernel = buildable(t);
  if (kernel === undefined) return;
  const directory = scratch(t);
  const [output, temporary] = [join(directory, 'output'), join(directory, 'tmp')];
  mkdirSync(output);
  mkdirSync(temporary);
  const earlier = await builtImage(kernel);
  const ran = await run(
    [
      ...['unshare', '--mount', 'sh', '-c', inSmallFileSystem, 'sh', temporary, '48m', earlier],
      ...buildCommand(kernel, output),
    ],
    { env: { ...plainEnvironment, TMPDIR: temporary, OUTPUT: output } },
  );
  assert.equal(ran.code, 1, explain(['build'], ran));
  assert.deepEqual(verdict(ran.stdout), ['SAME-IMAGE', 'SAME-MOUNTS']);
  assert.match(ran.stderr, /space/i);
  assert.deepEqual(readdirSync(output), ['initrd']);
});

function verdict(stdout: string): readonly string[] {
  return stdout.split('\n').filter((line) => /^(?:SAME|LEFT) ?/.test(line));
}
