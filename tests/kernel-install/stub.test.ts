import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { checkout } from '../helpers/paths.ts';
import { plainEnvironment, run } from '../helpers/run.ts';
import { scratch } from '../helpers/scratch.ts';

const plugin = join(checkout, 'plugin/52-pkginitrd.install');
const ours = { ...plainEnvironment, KERNEL_INSTALL_INITRD_GENERATOR: 'pkginitrd' };

test('the plugin hands its arguments and the exit code over', async (t) => {
  const program = join(scratch(t), 'program');
  writeFileSync(program, '#!/bin/sh\nprintf "<%s>" "$@"\nexit 2\n', { mode: 0o755 });
  const ran = await run([plugin, 'add', '6.1', '/boot/token/6.1', '/a kernel'], {
    env: { ...ours, PKGINITRD: program },
  });
  assert.equal(ran.stdout, '<kernel-install><add><6.1></boot/token/6.1></a kernel>');
  assert.equal(ran.code, 2);
});

test('the plugin fails with a sentence when its program is missing', async (t) => {
  const ran = await run([plugin, 'add', '6.1', '/boot/token/6.1', '/kernel'], {
    env: { ...ours, PKGINITRD: join(scratch(t), 'missing') },
  });
  assert.equal(ran.code, 1);
  assert.match(ran.stderr, /Cannot build an initrd: no program at/);
});

test('the plugin tolerates verbs of later versions and no arguments at all', async () => {
  for (const args of [['frobnicate', '6.1'], []]) {
    const ran = await run([plugin, ...args], { env: { ...ours, KERNEL_INSTALL_VERBOSE: '1' } });
    assert.equal(ran.code, 0);
    assert.match(ran.stderr, /Nothing to do for/);
  }
});
