// The bundle as it is shipped: what works in the source may fail in one file of ES modules.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { checkout } from '../../helpers/paths.ts';
import { scratch } from '../../helpers/scratch.ts';

/** Made anew, so that it is of this source. */
function bundle(t: TestContext): string {
  const directory = join(scratch(t), 'dist');
  execFileSync(process.execPath, ['.ci/bundle.mjs', directory], { cwd: checkout });
  return directory;
}

/** Runs the codec in a process of its own without a zstd in its PATH. */
function codec(directory: string, call: string, input: Buffer): Buffer {
  const url = JSON.stringify(`file://${directory}/zstd-codec.mjs`);
  const script = `
    const { compressInProcess, decompressInProcess } = await import(${url});
    for await (const chunk of ${call}) process.stdout.write(chunk);
  `;
  const argv = ['--input-type=module', '--eval', script];
  const ran = spawnSync(process.execPath, argv, { input, env: { PATH: '' }, maxBuffer: 1 << 28 });
  assert.equal(ran.stderr.toString(), '');
  assert.equal(ran.status, 0);
  return ran.stdout;
}

test('The codec of the bundle writes what zstd reads and reads what zstd writes', (t) => {
  const directory = bundle(t);
  const text = Buffer.from(
    Array.from({ length: 100_000 }, (_, n) => `line ${(n * 7919) % 104_729}\n`).join(''),
  );
  // Above level 9 it goes on at 9.
  for (const [input, level] of [
    [text, 1],
    [text, 9],
    [text, 19],
    [Buffer.alloc(0), 3],
  ] as const) {
    const packed = codec(directory, `compressInProcess(process.stdin, ${level})`, input);
    execFileSync('zstd', ['-tq'], { input: packed });
    assert.ok(execFileSync('zstd', ['-dcq'], { input: packed, maxBuffer: 1 << 28 }).equals(input));
    const theirs = execFileSync('zstd', ['-cq', `-${level}`], { input });
    assert.ok(codec(directory, 'decompressInProcess(process.stdin)', theirs).equals(input));
  }
});

test('The program and its codec are all of the bundle, and the program starts without the codec', (t) => {
  const directory = bundle(t);
  rmSync(join(directory, 'zstd-codec.mjs'));
  const program = readFileSync(join(directory, 'pkginitrd.mjs'), 'utf8');
  // Only this one file is loaded from beside it, and only when it is needed.
  const beside = [...program.matchAll(/\b(?:import|require)\("(\.[^"]*)"\)/g)];
  assert.deepEqual(
    beside.map(([, path]) => path),
    ['./zstd-codec.mjs'],
  );
  const ran = spawnSync(process.execPath, [join(directory, 'pkginitrd.mjs'), '--version']);
  assert.equal(ran.status, 0, ran.stderr.toString());
});
