import assert from 'node:assert/strict';
import test from 'node:test';
import { otherFlags } from '../../../src/cli/flags.ts';
import { run, usageError } from './command-line.ts';

test('list, extract and diff take paths from where the user stands', async () => {
  assert.deepEqual(await run(['list', 'a.img', 'etc', '--modules', '--json']), {
    type: 'list',
    image: '/home/u/a.img',
    patterns: ['etc'],
    view: 'modules',
    askHost: false,
    format: 'json',
    debug: false,
  });
  assert.deepEqual(await run(['extract', '--owners', '/boot/i', 'out', '--', '-x']), {
    type: 'extract',
    image: '/boot/i',
    directory: '/home/u/out',
    patterns: ['-x'],
    owners: true,
    devices: false,
    debug: false,
  });
  assert.deepEqual(await run(['diff', 'a', '../b']), {
    type: 'diff',
    from: '/home/u/a',
    to: '/home/b',
    format: 'text',
    debug: false,
  });
});

for (const [argv, message] of [
  [['list'], /Cannot list without an image/],
  [['list', 'a', '--packages', '--modules'], /"--packages" and "--modules" together/],
  [['list', 'a', '--package'], /Cannot use "--package": unknown option/],
  [['extract', 'a'], /Cannot extract without a directory/],
  [['extract'], /Cannot extract without an image/],
  [['extract', 'a', 'b', '--owners=yes'], /Cannot use "--owners=yes"/],
  [['diff', 'a'], /Cannot compare 1 image: expected two/],
  [['diff', 'a', 'b', 'c'], /Cannot compare 3 images: expected two/],
] as const) {
  test(`"${argv.join(' ')}" is refused`, async () => {
    assert.match((await usageError(argv))[0], message);
  });
}

for (const [command, flags] of Object.entries(otherFlags)) {
  test(`${command} --help lists its flags`, async () => {
    const help = await run([command, '--help']);
    assert.ok(help.type === 'text');
    for (const { name, help: line } of flags) {
      const option = new RegExp(`^ +(?:-\\w, )?--${name} `);
      const shown = help.text.split('\n').find((each) => option.test(each));
      assert.ok(shown?.endsWith(`  ${line}`), `${name}: ${shown}`);
    }
    assert.deepEqual(await run([command, '-h']), help);
  });
}
