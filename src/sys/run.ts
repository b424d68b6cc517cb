import { logger } from '../log.ts';
import { pathText } from '../model/path-bytes.ts';
import type { Command, Ran, Sys } from '../model/sys.ts';
import { brokenPipe, cancelled, commandFailure } from './command-failure.ts';
import { countChunk } from './garbage.ts';
import { feed } from './feed.ts';
import { launch } from './launch.ts';
import { processGroup } from './process-group.ts';
import { shellQuote } from './shell-quote.ts';

export interface RunnerOptions {
  /** Aborted: every running program and what it started is killed, and no other is begun. */
  readonly signal?: AbortSignal;
  /** Environment variables for programs that have the network. */
  readonly proxies?: Readonly<Record<string, string>>;
  /** Is shown what the programs print while they run. */
  readonly watch?: (chunk: Uint8Array) => void;
  /** Milliseconds that an aborted program has to end by itself. */
  readonly patience?: number;
}

/** The part of Sys that runs programs. */
export function makeRunner(options: RunnerOptions = {}): Pick<Sys, 'run' | 'pipe'> {
  return {
    run: (command) => run(command, options),
    pipe: (command, input) => pipe(command, input, options),
  };
}

async function run(
  command: Command,
  { signal, watch, proxies, patience }: RunnerOptions,
): Promise<Ran> {
  refuseWhenCancelled(command, signal);
  const { file, args, options, descriptors } = prepare(command, proxies);
  const { execa } = await import('execa');
  const child = execa(file, args, {
    ...options,
    maxBuffer: mostOutput,
    stdio: [bytes(command.stdin) ?? 'ignore', 'pipe', 'pipe', ...descriptors],
  });
  const group = processGroup(child.pid, signal, patience);
  if (watch !== undefined) {
    child.stdout?.on('data', watch);
    child.stderr?.on('data', watch);
  }
  const result = await child;
  group.release();
  refuseWhenCancelled(command, signal);
  const [stdout, stderr] = [text(result.stdout), text(result.stderr)];
  const { exitCode, signal: killer, code } = result;
  const failure = commandFailure(command, { exitCode, signal: killer, code, stderr });
  if (failure !== undefined) throw failure;
  return { exitCode: exitCode ?? 0, stdout, stderr };
}

async function* pipe(
  command: Command,
  input: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  { signal, watch, proxies, patience }: RunnerOptions,
): AsyncGenerator<Uint8Array> {
  refuseWhenCancelled(command, signal);
  const { file, args, options, descriptors } = prepare(command, proxies);
  const { execa } = await import('execa');
  const child = execa(file, args, {
    ...options,
    buffer: { stdout: false },
    stdio: ['pipe', 'pipe', 'pipe', ...descriptors],
  });
  const group = processGroup(child.pid, signal, patience);
  if (watch !== undefined) child.stderr.on('data', watch);
  const feeding = feed(input, child.stdin, () => group.kill());
  let ended = false;
  try {
    for await (const chunk of child.stdout) {
      countChunk(chunk.length);
      yield chunk;
    }
    const result = await child;
    ended = true;
    refuseWhenCancelled(command, signal);
    const { exitCode, signal: killer, code } = result;
    const stderr = text(result.stderr);
    const failure = commandFailure(command, { exitCode, signal: killer, code, stderr });
    // A program that failed leaves its producer waiting, perhaps for good: only a finished feed is asked.
    const fed = await (failure === undefined ? feeding : Promise.race([feeding, unfinished]));
    if (fed?.type === 'failed') throw fed.error;
    if (failure !== undefined) throw failure;
    if (fed?.type === 'refused') throw brokenPipe(command);
  } finally {
    // A consumer that stops early wants nothing more of the program either.
    if (!ended) group.kill();
    await child;
    group.release();
  }
}

function refuseWhenCancelled(command: Command, signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) throw cancelled(command);
}

const unfinished = Promise.resolve(undefined);

const debug = logger('run');

function prepare(command: Command, proxies: RunnerOptions['proxies'] = {}) {
  const { file, args, env, cwd, descriptors } = launch(command, proxies);
  debug('%s: %s', command.purpose, shellQuote([file, ...args]));
  const options = {
    env,
    cwd,
    extendEnv: false,
    reject: false,
    encoding: 'buffer',
    stripFinalNewline: false,
    // A process group of its own, which processGroup() ends as a whole.
    detached: true,
    cleanup: false,
  } as const;
  return { file, args, options, descriptors };
}

// Bytes; a program that prints more than this on a buffered stream has lost its mind.
const mostOutput = 256 * 1024 * 1024;

function bytes(input: string | Uint8Array | undefined): Uint8Array | undefined {
  return typeof input === 'string' ? Buffer.from(input) : input;
}

function text(output: Uint8Array | undefined): string {
  return output === undefined ? '' : pathText(output);
}
