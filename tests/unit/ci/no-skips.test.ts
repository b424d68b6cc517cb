import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { checkout } from '../../helpers/paths.ts';
import { plant, scratch } from '../../helpers/scratch.ts';

for (const [ci, exitCode, said] of [
  ['true', 1, 'Not allowed in CI: Tests left out: 2\n  left out: no machine\n  not now\n'],
  ['', 0, 'Tests left out: 2\n  left out: no machine\n  not now\n'],
] as const) {
  test(`a test that is left out is named, with CI=${ci} the run ends with ${exitCode}`, (t) => {
    const directory = plant(scratch(t), {
      'a.test.mjs': `import { test } from 'node:test';
test('runs', () => {});
test('left out', { skip: 'no machine' }, () => {});
test('not now', (t) => t.skip());
`,
    });
    const reporter = `${checkout}/tests/helpers/no-skips.mjs`;
    const argv = ['--test', `--test-reporter=${reporter}`, `${directory}/a.test.mjs`];
    const { NODE_TEST_CONTEXT: _, ...env } = process.env;
    const ran = spawnSync(process.execPath, argv, { env: { ...env, CI: ci }, encoding: 'utf8' });
    assert.deepEqual([ran.status, ran.stdout, ran.stderr], [exitCode, said, '']);
  });
}
