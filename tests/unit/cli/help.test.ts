import assert from 'node:assert/strict';
import test from 'node:test';
import { settings } from '../../../src/config/settings.ts';
import { run } from './command-line.ts';

async function text(...argv: readonly string[]): Promise<string> {
  const invocation = await run(argv, { LANG: 'de_DE.UTF-8', LC_ALL: 'de_DE.UTF-8' });
  if (invocation.type !== 'text') throw new Error(`Got ${invocation.type}`);
  return invocation.text;
}

test('the help of the program fits a terminal of 24 lines and 80 columns', async () => {
  const help = await text('--help');
  const lines = help.trimEnd().split('\n');
  assert.ok(lines.length <= 24, `${lines.length} lines`);
  for (const line of lines) assert.ok(line.length <= 80, line);
  for (const word of ['build', 'kernel-install', '--version', 'Exit codes', '0', '1', '2']) {
    assert.ok(help.includes(word), word);
  }
  assert.equal(help.match(/^ {2}pkginitrd build .*$/gm)?.length, 2, 'two examples');
});

test('-h and help say the same', async () => {
  assert.equal(await text('-h'), await text('--help'));
  assert.equal(await text('help'), await text('--help'));
});

test('the examples of the help are accepted', async () => {
  const examples = (await text('--help')).match(/^ {2}pkginitrd build .*$/gm) ?? [];
  for (const example of examples) {
    const invocation = await run(example.trim().split(' ').slice(1));
    assert.equal(invocation.type, example.includes('--dry-run') ? 'plan' : 'build');
  }
});

test('build --help lists every flag with its help, wherever --help stands', async () => {
  const help = await text('build', '--generic', '--help');
  assert.equal(help, await text('build', '-h'));
  for (const { flag, help: line } of settings) {
    if (flag === null) continue;
    const shown = help.split('\n').find((each) => each.includes(` --${flag} `));
    assert.ok(shown?.endsWith(`  ${line}`), `${flag}: ${shown}`);
  }
  assert.match(help, /-k, --kernel-version VERSION {2,}\S/);
});
