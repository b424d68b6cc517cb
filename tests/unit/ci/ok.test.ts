import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync } from 'node:fs';
import { test, type TestContext } from 'node:test';
import { checkout } from '../../helpers/paths.ts';
import { plant, scratch } from '../../helpers/scratch.ts';

const all = ['dead', 'format:check', 'lint', 'types', 'unit'];

/** Runs the gate with an npm that notes what it is asked for, and fails for some. */
function gate(t: TestContext, failing: readonly string[]) {
  const directory = plant(scratch(t), {
    npm: `#!/bin/sh
echo "$3" >>"\${0%/*}/asked"
echo "said by $3"
case " ${failing.join(' ')} " in *" $3 "*) exit 3 ;; esac
`,
  });
  chmodSync(`${directory}/npm`, 0o755);
  const env = { ...process.env, PATH: `${directory}:${process.env['PATH']}`, TMPDIR: directory };
  const { status, stdout, stderr } = spawnSync('sh', ['.ci/ok'], {
    cwd: checkout,
    env,
    encoding: 'utf8',
  });
  const { stdout: left } = spawnSync('sh', ['-c', 'sort asked; ls'], {
    cwd: directory,
    encoding: 'utf8',
  });
  return { status, stdout, stderr, left: left.trim().split('\n') };
}

test('npm run ok runs every check, and says nothing of those that pass', (t) => {
  const { status, stdout, stderr, left } = gate(t, []);
  assert.deepEqual([status, stdout, stderr], [0, 'said by unit\n', '']);
  assert.deepEqual(left, [...all, 'asked', 'npm']);
});

for (const check of all) {
  test(`npm run ok fails where ${check} alone does, runs the others, and names it last`, (t) => {
    const { status, stdout, stderr, left } = gate(t, [check]);
    assert.equal(status, 1);
    assert.deepEqual(left, [...all, 'asked', 'npm']);
    const shown = check === 'unit' ? '' : `--- npm run ${check}\nsaid by ${check}\n`;
    assert.equal(stderr, `${shown}npm run ok: failed: ${check}\n`);
    assert.equal(stdout, 'said by unit\n');
  });
}

test('npm run ok names all that fail', (t) => {
  const { status, stderr } = gate(t, ['unit', 'types', 'lint']);
  assert.equal(status, 1);
  assert.match(stderr, /npm run ok: failed: unit lint types\n$/);
});
