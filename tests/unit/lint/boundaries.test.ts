import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { plant, scratch } from '../../helpers/scratch.ts';

const checkout = fileURLToPath(new URL('../../../', import.meta.url));
const config = readFileSync(`${checkout}.oxlintrc.json`, 'utf8').replace(
  '"typeAware": true',
  '"typeAware": false',
);

// Each line breaks one rule of the architecture; the linter has to say which.
const violations = [
  ['src/packages/rpm/deep/planted.ts', "import { x } from '../../apt/apt.ts';", 'A8'],
  ['src/plan/planted.ts', "import { x } from '../config/load.ts';", 'A1'],
  ['src/packages/planted.ts', "import { x } from '../sys/run.ts';", 'A1'],
  ['src/verify/planted.ts', "import { x } from '../verbs/build.ts';", 'A1'],
  ['src/host/planted.ts', "import { x } from '../verbs/decide.ts';", 'A1'],
  ['src/inspect/planted.ts', "import { x } from '../plan/plan.ts';", 'A1'],
  ['src/plan/planted.ts', "import { x } from '../inspect/explain-file.ts';", 'A1'],
  ['src/doctor/planted.ts', "import { x } from '../plan/plan.ts';", 'A1'],
  ['src/plan/planted.ts', "import { x } from '../doctor/left-out.ts';", 'A1'],
  ['src/model/planted.ts', "import { x } from '../formats/newc.ts';", 'A1'],
  ['src/formats/planted.ts', "import { x } from '../sys/sys.ts';", 'A1'],
  ['src/sys/planted.ts', "import { x } from '../config/load.ts';", 'A1'],
  ['src/image/planted.ts', "import { readFileSync as x } from 'node:fs';", 'A2'],
  ['src/formats/planted.ts', "import { readFileSync as x } from 'node:fs';", 'A2'],
  ['src/host/planted.ts', "import { execFile as x } from 'child_process';", 'A2'],
  ['src/verbs/planted.ts', "import { readFileSync as x } from 'node:fs';", 'A2'],
  ['src/config/planted.ts', "import x from 'yargs';", 'A3'],
  ['src/cli/planted.ts', "import { execa as x } from 'execa';", 'A3'],
  ['src/image/planted.ts', "import x from 'fast-glob';", 'A3'],
  ['src/sys/planted.ts', "import { execa as x } from 'execa';", 'A3'],
  ['src/sys/planted.ts', "import x from 'zstd-codec/lib/zstd-stream.js';", 'A3'],
  ['src/cli/planted.ts', "import x from 'debug';", 'A3'],
  ['src/sys/planted.ts', "import x from 'ini';", 'A3'],
  ['src/packages/planted.ts', "import x from 'ini';", 'A3'],
  ['src/formats/planted.ts', "import x from 'ini';", 'A3'],
  ['src/formats/ini.ts', "import { x } from '../sys/sys.ts';", 'A1'],
  ['src/plan/planted.ts', 'const x = new Date();', 'A4'],
  ['src/plan/planted.ts', 'const x = Math.random();', 'A4'],
  ['src/packages/planted.ts', 'const x = process.env;', 'A5'],
  ['src/verbs/planted.ts', 'const x = process.argv;', 'A5'],
  ['src/packages/apt/planted.ts', "import { x } from '../rpm/rpm.ts';", 'A8'],
  ['src/packages/rpm/planted.ts', "import { x } from './../pacman/pacman.ts';", 'A8'],
  ['src/packages/apk/planted.ts', "import { x } from '../apt/apt.ts';", 'A8'],
  ['src/packages/apt/planted.ts', "import { x } from '../install.ts';", 'A8'],
  ['src/packages/shared/planted.ts', "import { x } from '../apt/apt.ts';", 'A8'],
  ['src/packages/apt/planted.ts', "import { x } from '../../packages/rpm/rpm.ts';", 'A1'],
  ['src/packages/apt/planted.ts', "import { x } from '../../sys/run.ts';", 'A1'],
] as const;

// Each line in a file of its own beside the one that it is for, so that the linter is started once for all.
test('The linter refuses each breach of the architecture by its rule', (t) => {
  const planted = violations.map(([file, line, rule], index) => {
    // The rules of ini.ts are for a file of this one name.
    const path = file.replace('planted.ts', `planted-${index}.ts`);
    return { path, line, rule };
  });
  const root = plant(scratch(t), {
    '.oxlintrc.json': config,
    ...Object.fromEntries(planted.map(({ path, line }) => [path, `${line}\nexport { x };\n`])),
  });
  const { status, stdout } = lint(root, '--format=json');
  assert.equal(status, 1, stdout);
  const { diagnostics }: Findings = JSON.parse(stdout);
  for (const { path, line, rule } of planted) {
    const said = diagnostics.filter(({ filename }) => filename === path);
    assert.ok(
      said.some(({ message, help }) => `${message} ${help}`.includes(`${rule}: `)),
      `${path}: ${line}: ${JSON.stringify(said)}`,
    );
  }
});

test('The linter lets each room use what it is for', (t) => {
  const root = plant(scratch(t), {
    '.oxlintrc.json': config,
    'src/plan/a.ts':
      "import { x } from '../model/plan.ts';\nimport { y } from '../formats/newc.ts';\nexport { x, y };\n",
    'src/formats/ini.ts': "import { parse as x } from 'ini';\nexport { x };\n",
    'src/cli/a.ts': "import x from 'yargs';\nexport { x };\n",
    'src/sys/run.ts':
      "import { execa } from 'execa';\nimport { spawn } from 'node:child_process';\nexport { execa, spawn };\n",
    'src/packages/apt/a.ts':
      "import { x } from '../driver.ts';\nimport { y } from '../shared/a.ts';\nimport { z } from '../../model/plan.ts';\nexport { x, y, z };\n",
    'src/main.ts': 'export const x = process.argv;\n',
  });
  const { status, stdout } = lint(root);
  assert.equal(status, 0, stdout);
});

interface Findings {
  readonly diagnostics: readonly {
    readonly filename: string;
    readonly message: string;
    readonly help?: string;
  }[];
}

function lint(root: string, ...options: readonly string[]) {
  return spawnSync(`${checkout}node_modules/.bin/oxlint`, [...options, '.'], {
    cwd: root,
    encoding: 'utf8',
  });
}
