// The bundle as it is shipped: what works in the source may fail in one file of ES modules.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { absolutePath, type AbsolutePath } from '../../../src/model/brands.ts';
import { checkout } from '../../helpers/paths.ts';
import { plant, scratch } from '../../helpers/scratch.ts';

/** Made anew, so that it is of this source. */
function bundle(t: TestContext): AbsolutePath {
  const directory = absolutePath(`${scratch(t)}/dist`);
  execFileSync(process.execPath, ['.ci/bundle.mjs', directory], { cwd: checkout });
  return directory;
}

/** Runs the codec on files in a process of its own without a zstd in its PATH. */
function codec(directory: string, calls: readonly (readonly [call: string, output: string])[]) {
  const url = JSON.stringify(`file://${directory}/zstd-codec.mjs`);
  const script = `
    import { createReadStream as read, createWriteStream as write } from 'node:fs';
    import { pipeline } from 'node:stream/promises';
    import { compressInProcess, decompressInProcess } from ${url};
    ${calls.map(([call, output]) => `await pipeline(${call}, write('${output}'));`).join('\n')}
  `;
  const argv = ['--input-type=module', '--eval', script];
  const ran = spawnSync(process.execPath, argv, { cwd: directory, env: { PATH: '' } });
  assert.equal(ran.stderr.toString(), '');
  assert.equal(ran.status, 0);
}

test('The codec of the bundle writes what zstd reads and reads what zstd writes', (t) => {
  const directory = bundle(t);
  const text = Buffer.from(
    Array.from({ length: 100_000 }, (_, n) => `line ${(n * 7919) % 104_729}\n`).join(''),
  );
  plant(directory, { text, empty: '' });
  // Above level 9 it goes on at 9.
  const trials = [
    ['text', 1],
    ['text', 9],
    ['text', 19],
    ['empty', 3],
  ] as const;
  for (const [name, level] of trials) {
    execFileSync('zstd', ['-q', `-${level}`, name, '-o', `${name}.${level}.zst`], {
      cwd: directory,
    });
  }
  codec(
    directory,
    trials.flatMap(([name, level]) => [
      [`compressInProcess(read('${name}'), ${level})`, `${name}.${level}.ours`],
      [`decompressInProcess(read('${name}.${level}.zst'))`, `${name}.${level}`],
    ]),
  );
  for (const [name, level] of trials) {
    const packed = readFileSync(`${directory}/${name}.${level}.ours`);
    const unpacked = execFileSync('zstd', ['-dcq'], { input: packed, maxBuffer: 1 << 28 });
    const input = readFileSync(`${directory}/${name}`);
    assert.ok(unpacked.equals(input), `${name} compressed at level ${level}`);
    assert.ok(
      readFileSync(`${directory}/${name}.${level}`).equals(input),
      `${name} of level ${level} decompressed`,
    );
  }
});

test('The program and its codec are all of the bundle, and the program starts without the codec', (t) => {
  const directory = bundle(t);
  rmSync(join(directory, 'zstd-codec.mjs'));
  // What is loaded from beside it is of the bundle but for the codec, and that only when it is needed.
  const files = readdirSync(directory).filter((name) => name.endsWith('.mjs'));
  const beside = files.flatMap((name) => {
    const text = readFileSync(join(directory, name), 'utf8');
    return [...text.matchAll(/\b(?:import|require)\("(\.[^"]*)"\)|\bfrom "(\.[^"]*)"/g)];
  });
  const paths = new Set(beside.map(([, lazy, early]) => lazy ?? early));
  assert.deepEqual(
    [...paths].filter((path) => !files.includes(path?.slice('./'.length) ?? '')),
    ['./zstd-codec.mjs'],
  );
  const ran = spawnSync(process.execPath, [join(directory, 'pkginitrd.mjs'), '--version']);
  assert.equal(ran.status, 0, ran.stderr.toString());
});
