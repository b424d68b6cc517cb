import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import test, { type TestContext } from 'node:test';
import { checkout } from '../../helpers/paths.ts';
import { plant, scratch } from '../../helpers/scratch.ts';

/** An installed launcher, and programs called like Node.js that note each of their starts. */
function installed(t: TestContext, nodes: Readonly<Record<string, string>>) {
  const root = plant(scratch(t), {
    'usr/lib/pkginitrd/pkginitrd.mjs': '',
    'var/cache/pkginitrd': null,
    'usr/bin': null,
    path: null,
    starts: '',
  });
  const launcher = join(root, 'usr/bin/pkginitrd');
  copyFileSync(join(checkout, 'plugin/pkginitrd'), launcher);
  chmodSync(launcher, 0o755);
  const starts = join(root, 'starts');
  for (const [name, version] of Object.entries(nodes)) {
    node(root, name, version);
  }
  return {
    root,
    known: join(root, 'var/cache/pkginitrd/node-in-use'),
    /** The starts of a run: the name, and "asked" or what it was run with. */
    run: (): { readonly status: number | null; readonly starts: readonly string[] } => {
      writeFileSync(starts, '');
      const env = { PATH: `${join(root, 'path')}:/usr/bin:/bin`.replace('/usr/bin', tools(root)) };
      const ran = spawnSync(launcher, ['status'], { env });
      const lines = readFileSync(starts, 'utf8')
        .split('\n')
        .filter((line) => line !== '');
      return { status: ran.status, starts: lines };
    },
  };
}

// The launcher's own tools, without this machine's Node.js beside them.
function tools(root: string): string {
  const directory = join(root, 'tools');
  mkdirSync(directory, { recursive: true });
  for (const name of ['sh', 'stat', 'mv', 'rm']) {
    const path = spawnSync('sh', ['-c', `command -v ${name}`])
      .stdout.toString()
      .trim();
    if (!existsSync(join(directory, name))) copyFileSync(path, join(directory, name));
  }
  return directory;
}

function node(root: string, name: string, version: string): void {
  const script = `#!/bin/sh
[ "$1" = --version ] && { echo "${name} asked" >>${root}/starts; echo ${version}; exit 0; }
echo "${name} runs $3" >>${root}/starts
`;
  writeFileSync(join(root, 'path', name), script, { mode: 0o755 });
}

test('the launcher asks a Node.js for its version once, and starts it alone after that', (t) => {
  const { run, known } = installed(t, { node: 'v22.1.0' });
  assert.deepEqual(run().starts, ['node asked', 'node runs status']);
  assert.deepEqual(run().starts, ['node runs status']);
  rmSync(known);
  assert.deepEqual(run().starts, ['node asked', 'node runs status']);
});

test('the launcher asks again when Node.js is another file', (t) => {
  const { run, root } = installed(t, { node: 'v22.1.0' });
  run();
  node(root, 'node', 'v18.20.4');
  writeFileSync(join(root, 'path/node'), '# longer\n', { flag: 'a' });
  const after = run();
  assert.deepEqual(after.starts, ['node asked']);
  assert.equal(after.status, 1);
});

for (const name of ['node-24', 'node24', 'node-22', 'node22', 'node-20']) {
  test(`the launcher finds ${name} beside an old node`, (t) => {
    const { run } = installed(t, { node: 'v18.20.4', [name]: 'v20.19.0' });
    assert.deepEqual(run().starts, ['node asked', `${name} asked`, `${name} runs status`]);
    assert.deepEqual(run().starts, ['node asked', `${name} runs status`]);
  });
}
