import { logger } from '../log.ts';
import { pathText } from '../model/path-bytes.ts';
import type { Command, Ran, Sys } from '../model/sys.ts';
import { cancelled, commandFailure } from './command-failure.ts';
import { launch, type Launch } from './launch.ts';
import { pipe } from './pipe.ts';
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
    pipe: (command, input) => {
      refuseWhenCancelled(command, options.signal);
      return pipe(command, launched(command, options.proxies), input, options);
    },
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
  const result = await whileCalling(command.meanwhile, child);
  group.release();
  refuseWhenCancelled(command, signal);
  const [stdout, stderr] = [text(result.stdout), text(result.stderr)];
  const { exitCode, signal: killer, code } = result;
  const failure = commandFailure(command, { exitCode, signal: killer, code, stderr });
  if (failure !== undefined) throw failure;
  return { exitCode: exitCode ?? 0, stdout, stderr };
}

async function whileCalling<T>(
  meanwhile: (() => void) | undefined,
  work: PromiseLike<T>,
): Promise<T> {
  if (meanwhile === undefined) return work;
  const timer = setInterval(meanwhile, tick);
  try {
    return await work;
  } finally {
    clearInterval(timer);
  }
}

// Milliseconds; more often than a bar is drawn.
const tick = 100;

function refuseWhenCancelled(command: Command, signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) throw cancelled(command);
}

const debug = logger('run');

function launched(command: Command, proxies: RunnerOptions['proxies'] = {}): Launch {
  const made = launch(command, proxies);
  debug('%s: %s', command.purpose, shellQuote([made.file, ...made.args]));
  return made;
}

function prepare(command: Command, proxies: RunnerOptions['proxies'] = {}) {
  const { file, args, env, cwd, descriptors } = launched(command, proxies);
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
