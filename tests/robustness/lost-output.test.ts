import assert from 'node:assert/strict';
import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { buildable } from '../helpers/boots-root.ts';
import { buildCommand } from '../helpers/image.ts';
import { bundle } from '../helpers/paths.ts';
import { explain, plainEnvironment, run } from '../helpers/run.ts';
import { scratch } from '../helpers/scratch.ts';

// The output of a build goes where a shell redirects it, and may be lost there.
const lost = {
  'a reader that has gone away': '"$@" | :; [ "${PIPESTATUS[0]}" = 0 ]',
  'a reader of stderr that has gone away':
    '{ "$@" 2>&1 >/dev/null; echo "$?" >&3; } 3>"$0" | :; [ "$(cat "$0")" = 0 ]',
  'a full disk': '"$@" >/dev/full 2>/dev/full',
  'closed descriptors': '"$@" >&- 2>&- <&-',
} as const;

for (const [name, script] of Object.entries(lost)) {
  test(`output that goes to ${name} fails nothing`, { timeout: 900_000 }, async (t) => {
    const kernel = buildable(t);
    if (kernel === undefined) return;
    const directory = scratch(t);
    const [output, temporary] = [join(directory, 'output'), join(directory, 'tmp')];
    mkdirSync(output);
    mkdirSync(temporary);
    const argv = ['bash', '-c', script, join(directory, 'code'), ...buildCommand(kernel, output)];
    const ran = await run(argv, { env: { ...plainEnvironment, TMPDIR: temporary } });
    assert.equal(ran.code, 0, explain(argv, ran));
    assert.doesNotMatch(ran.stderr, /^\s+at |bug in pkginitrd/m);
    assert.deepEqual(readdirSync(output).sort(), ['initrd', 'initrd.manifest.json']);
    assert.deepEqual(readdirSync(temporary), []);
  });
}

test('a result that cannot be printed is said', async () => {
  const argv = ['bash', '-c', '"$0" "$@" >/dev/full', process.execPath, bundle, '--help'];
  const ran = await run(argv);
  assert.match(ran.stderr, /^pkginitrd: Warning: Cannot print the result: ENOSPC\n$/);
});
