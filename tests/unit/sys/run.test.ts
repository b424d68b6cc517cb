import assert from 'node:assert/strict';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { absolutePath } from '../../../src/model/brands.ts';
import { BuildError } from '../../../src/model/errors.ts';
import type { Command } from '../../../src/model/sys.ts';
import { makeRunner } from '../../../src/sys/run.ts';
import { scratch } from '../../helpers/scratch.ts';

const { run, pipe } = makeRunner();

test('run() gives what the program printed, byte for byte', async () => {
  const ran = await run(sh('printf "a\\nb\\n"; echo c >&2'));
  assert.deepEqual(ran, { exitCode: 0, stdout: 'a\nb\n', stderr: 'c\n' });
});

test('run() inherits no environment', async () => {
  const ran = await run({ ...sh('env'), env: { ONLY: 'this', LANG: 'de_DE' } });
  const names = ran.stdout.split('\n').filter((line) => !/^(PWD|_|SHLVL)=|^$/.test(line));
  assert.deepEqual(names.toSorted(), [
    'HOME=/',
    'LANG=de_DE',
    'ONLY=this',
    'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  ]);
});

test('run() calls meanwhile as long as the program runs', async (t) => {
  const directory = scratch(t);
  let calls = 0;
  await run({
    ...sh(`until [ -e ${directory}/seen ]; do sleep 0.05; done`),
    meanwhile: () => {
      calls += 1;
      if (calls === 2) writeFileSync(join(directory, 'seen'), '');
    },
  });
  const ended = calls;
  assert.ok(ended >= 2);
  await delay(300);
  assert.equal(calls, ended);
});

test('run() feeds stdin, and leaves it empty otherwise', async () => {
  assert.equal((await run({ ...sh('cat'), stdin: 'in' })).stdout, 'in');
  assert.equal((await run({ ...sh('cat'), stdin: Buffer.from([0x61]) })).stdout, 'a');
  assert.equal((await run(sh('cat'))).stdout, '');
});

test('run() does not mind a program that leaves its stdin unread', async () => {
  const ran = await run({ ...sh('exit 0'), stdin: Buffer.alloc(1 << 20) });
  assert.equal(ran.exitCode, 0);
});

test('run() accepts the exit codes listed, and no others', async () => {
  assert.equal((await run({ ...sh('exit 3'), okExit: [0, 3] })).exitCode, 3);
  await assert.rejects(run({ ...sh('exit 0'), okExit: [3] }), /exit code 0/);
});

test('run() says what failed, how, and what it printed last', async () => {
  const error = await failureOf(run(sh("seq 1 20 >&2; echo 'it''s' >/dev/null; exit 7")));
  assert.match(error.message, /^Cannot test the runner: exit code 7: sh -c 'seq 1 20/);
  assert.ok(error.message.endsWith('\n  19\n  20'));
  assert.ok(!error.message.includes('\n  5\n'));
});

test('run() names the signal', async () => {
  assert.match((await failureOf(run(sh('kill -KILL $$')))).message, /: killed by SIGKILL: sh -c/);
});

test('run() names a program that is not there, with a hint', async () => {
  const error = await failureOf(run({ argv: ['no-such-program'], purpose: 'Test the runner' }));
  assert.equal(
    error.message,
    'Cannot test the runner: the program "no-such-program" is not installed',
  );
  assert.equal(error.hint, 'Install the package with "no-such-program"');
});

test('run() takes a directory that is not there for what it is', async () => {
  const error = await failureOf(run({ ...sh('true'), cwd: absolutePath('/no/such') }));
  assert.doesNotMatch(error.message, /is not installed/);
});

test('run() shortens a command line of a hundred files', async () => {
  const argv: Command['argv'] = [
    'false',
    ...Array.from({ length: 500 }, (_, index) => `f${index}`),
  ];
  const error = await failureOf(run({ argv, purpose: 'Test the runner' }));
  assert.ok(error.message.length < 600);
});

test('an abort kills the program and what it started', async (t) => {
  const directory = scratch(t);
  const [ready, late] = [join(directory, 'ready'), join(directory, 'late')];
  const controller = new AbortController();
  const runner = makeRunner({ signal: controller.signal });
  const script = `(touch '${ready}'; sleep 0.3; touch '${late}') & wait`;
  const failing = failureOf(runner.run(sh(script)));
  await until(() => existsSync(ready));
  controller.abort();
  assert.equal((await failing).message, 'Cannot test the runner: the build was cancelled');
  await delay(400);
  assert.equal(existsSync(late), false);
  await assert.rejects(runner.run(sh('true')), /cancelled/);
});

test('an abort ends a program that ignores SIGTERM', async (t) => {
  const ready = join(scratch(t), 'ready');
  const controller = new AbortController();
  const runner = makeRunner({ signal: controller.signal, patience: 200 });
  const script = `trap '' TERM; touch '${ready}'; while :; do sleep 0.1; done`;
  const failing = failureOf(runner.run(sh(script)));
  await until(() => existsSync(ready));
  const began = performance.now();
  controller.abort();
  assert.match((await failing).message, /cancelled/);
  assert.ok(performance.now() - began >= 190, 'it was asked first');
});

test('watch is shown what programs print', async () => {
  const seen: Uint8Array[] = [];
  await makeRunner({ watch: (chunk) => seen.push(chunk) }).run(sh('echo out; echo err >&2'));
  assert.deepEqual(Buffer.concat(seen).toString().split('\n').toSorted(), ['', 'err', 'out']);
});

test('pipe() streams more than any buffer holds, with one buffer used again', async () => {
  const buffer = Buffer.alloc(1 << 20);
  function* input() {
    for (let index = 0; index < 64; index += 1) yield buffer.fill(index);
  }
  let total = 0;
  let next = 0;
  for await (const chunk of pipe(program('cat'), input())) {
    for (let at = 0; at < chunk.length; at += 4096) {
      assert.equal(chunk[at], (total + at) >> 20);
    }
    total += chunk.length;
    next += 1;
  }
  assert.equal(total, 64 << 20);
  assert.ok(next > 64);
});

test('pipe() holds the producer back while nobody reads', async () => {
  let produced = 0;
  function* input() {
    for (; produced < 1000; produced += 1) yield Buffer.alloc(1 << 20);
  }
  const output = pipe(program('cat'), input())[Symbol.asyncIterator]();
  await output.next();
  await delay(200);
  assert.ok(produced < 10, `${produced} MiB were taken`);
  await output.return?.();
});

test('pipe() reports the exit code, not the broken pipe', async () => {
  const error = await failureOf(drain(pipe(sh('echo no space >&2; exit 4'), endless())));
  assert.match(error.message, /exit code 4: .*\n {2}no space$/);
});

test('pipe() fails when a program ends well without reading its input', async () => {
  const error = await failureOf(drain(pipe(sh('exit 0'), endless())));
  assert.equal(error.message, 'Cannot test the runner: "sh" ended before it had read its input');
});

test('pipe() does not wait for a producer whose reader has failed', async () => {
  async function* stuck() {
    yield Buffer.from('x');
    await delay(60_000, undefined, { ref: false });
  }
  assert.match((await failureOf(drain(pipe(sh('exit 4'), stuck())))).message, /exit code 4/);
});

test('pipe() passes on what the input throws, and kills the program', async () => {
  function* input() {
    yield Buffer.from('x');
    throw new BuildError('Cannot read the tree');
  }
  assert.equal(
    (await failureOf(drain(pipe(program('cat'), input())))).message,
    'Cannot read the tree',
  );
});

test('pipe() kills the program when the consumer stops early', { timeout: 5000 }, async () => {
  for await (const chunk of pipe(sh('echo first; sleep 100; echo $?'), [])) {
    assert.equal(Buffer.from(chunk).toString(), 'first\n');
    break;
  }
});

test('pipe() reports a program that is killed or is not there', async () => {
  assert.match(
    (await failureOf(drain(pipe(sh('kill -9 $$'), endless())))).message,
    /killed by SIGKILL/,
  );
  const missing = drain(pipe({ argv: ['no-such-program'], purpose: 'Pack' }, endless()));
  assert.match((await failureOf(missing)).message, /"no-such-program" is not installed/);
});

test('pipe() obeys an abort', async () => {
  const controller = new AbortController();
  const output = drain(makeRunner({ signal: controller.signal }).pipe(program('cat'), endless()));
  const failing = failureOf(output);
  await delay(100);
  controller.abort();
  assert.match((await failing).message, /cancelled/);
});

function program(name: string): Command {
  return { argv: [name], purpose: 'Test the runner' };
}

function sh(script: string): Command {
  return { argv: ['sh', '-c', script], purpose: 'Test the runner' };
}

function* endless(): Generator<Uint8Array> {
  for (;;) yield Buffer.alloc(65_536);
}

async function drain(output: AsyncIterable<Uint8Array>): Promise<void> {
  for await (const chunk of output) assert.ok(chunk.length > 0);
}

async function failureOf(running: Promise<unknown>): Promise<BuildError> {
  try {
    await running;
  } catch (error) {
    if (error instanceof BuildError) return error;
    throw error;
  }
  throw new Error('It did not fail');
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await delay(10);
}

test('pipe() does not blame a program for leaving what was never given', async () => {
  // The program has long ended when the input does.
  const nothing: AsyncIterable<Uint8Array> = {
    [Symbol.asyncIterator]: () => ({
      next: async () => delay(200, { done: true, value: undefined }),
    }),
  };
  await assert.doesNotReject(drain(pipe(sh('exit 0'), nothing)));
});
