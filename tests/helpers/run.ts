import { spawn } from 'node:child_process';

export interface RunOptions {
  /** The whole environment; a plain one with a PATH by default. */
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Milliseconds after which the process group is killed; ten minutes by default. */
  readonly timeout?: number;
}

export interface Ran {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
  /** From start to end, in milliseconds. */
  readonly milliseconds: number;
}

export interface Running {
  readonly pid: number;
  readonly done: Promise<Ran>;
  /** The text of stderr so far. */
  stderr(): string;
  /** Signals the program itself, not its group. */
  signal(name: NodeJS.Signals): void;
}

/** Runs a program to its end, stdin closed and without a terminal. */
export function run(argv: readonly string[], options: RunOptions = {}): Promise<Ran> {
  return start(argv, options).done;
}

/** `run` that throws what the program said when it fails. */
export async function runOk(argv: readonly string[], options: RunOptions = {}): Promise<Ran> {
  const ran = await run(argv, options);
  if (ran.code !== 0) throw new Error(explain(argv, ran));
  return ran;
}

export function explain(argv: readonly string[], ran: Ran): string {
  return `${argv.join(' ')}: exit ${ran.code ?? ran.signal}\n${ran.stdout}${ran.stderr}`;
}

export const plainEnvironment = {
  PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  HOME: '/root',
  LANG: 'C.UTF-8',
};

export function start(argv: readonly string[], options: RunOptions = {}): Running {
  const began = performance.now();
  // A test that is killed takes its programs along; its process group catches what they start.
  const child = spawn('setpriv', ['--pdeathsig', 'KILL', '--', ...argv], {
    env: options.env ?? plainEnvironment,
    cwd: options.cwd ?? '/',
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  const { pid } = child;
  if (pid === undefined) throw new Error(`Cannot start ${argv.join(' ')}: no setpriv`);
  const texts = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => (texts[name] += text));
  }
  const timer = setTimeout(() => killGroup(pid), options.timeout ?? 600_000);
  const done = new Promise<Ran>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => {
      clearTimeout(timer);
      resolve({ code, signal, ...texts, milliseconds: performance.now() - began });
    });
  });
  return { pid, done, stderr: () => texts.stderr, signal: (name) => child.kill(name) };
}

export function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch (error) {
    if (!isGone(error)) throw error;
  }
}

function isGone(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ESRCH';
}
