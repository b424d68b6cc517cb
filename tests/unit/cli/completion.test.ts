import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import test from 'node:test';
import { buildFlags, otherFlags, settingFlags } from '../../../src/cli/flags.ts';
import { settings } from '../../../src/config/settings.ts';
import { run, usageError } from './command-line.ts';

async function script(shell: string): Promise<string> {
  const invocation = await run(['completion', shell]);
  assert.ok(invocation.type === 'text');
  return invocation.text;
}

const flags = [...buildFlags, ...settingFlags(settings), ...Object.values(otherFlags).flat()];

for (const shell of ['bash', 'zsh', 'fish']) {
  test(`the completion for ${shell} offers every flag and no command of the hooks`, async () => {
    const text = await script(shell);
    for (const { name } of flags) {
      assert.match(text, new RegExp(`(?:--|-l )${name}\\b`), name);
    }
    assert.doesNotMatch(text, /kernel-(?:install|hook)/);
  });
}

test('bash completes commands, flags, words of a setting and kernels', async () => {
  const text = await script('bash');
  const complete = (...words: readonly string[]): readonly string[] =>
    execFileSync(
      'bash',
      [
        '-c',
        `source <(cat); COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _pkginitrd; printf '%s\\n' "\${COMPREPLY[@]}"`,
        ...['bash', 'pkginitrd', ...words],
      ],
      { input: text, encoding: 'utf8' },
    )
      .trim()
      .split('\n');
  assert.deepEqual(complete('b'), ['build']);
  assert.deepEqual(complete('completion', ''), ['bash', 'zsh', 'fish']);
  assert.deepEqual(complete('build', '--gen'), ['--generic']);
  assert.deepEqual(complete('build', '--format', ''), ['cpio', 'directory']);
  assert.deepEqual(complete('why', '-t', 'd'), ['directory']);
  assert.deepEqual(complete('build', '--with-docs', ''), ['yes', 'no']);
  assert.deepEqual(complete('build', '--output-dir', '/us'), ['/usr']);
  assert.deepEqual(complete('list', '--mod'), ['--modules']);
  assert.deepEqual(complete('extract', '/us'), ['/usr']);
  assert.deepEqual(complete('diff', 'image', '--js'), ['--json']);
  assert.deepEqual(complete('clean', 'p'), ['parts']);
});

test('another shell is refused by name', async () => {
  assert.deepEqual(await usageError(['completion', 'csh']), [
    'Cannot complete for "csh": expected bash, zsh or fish',
    'As in "pkginitrd completion bash >/etc/bash_completion.d/pkginitrd"',
  ]);
  assert.match((await usageError(['completion']))[0], /for no shell/);
});
