import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Ran, explain } from '../helpers/run.ts';
import type { ThrowAwayHost } from '../helpers/throw-away-host.ts';
import { output } from './generators.ts';

export interface Timed {
  /** Of the clock on the wall. */
  readonly seconds: number;
  /** Of the processors, for the program and all that it started. */
  readonly processorSeconds: number;
  /** MiB of the largest process among them. */
  readonly peak: number;
  readonly ran: Ran;
}

/** Runs a program in the host; what it fails with is thrown, unless it ends with one of `okExit`. */
export async function timed(
  host: ThrowAwayHost,
  argv: readonly string[],
  okExit: readonly number[] = [0],
): Promise<Timed> {
  const file = `${output}/times`;
  const ran = await host.enter(['time', '-o', file, '-f', 'TIMES %e %U %S %M', ...argv]);
  if (ran.code === null || !okExit.includes(ran.code)) throw new Error(explain(argv, ran));
  const text = readFileSync(join(host.upper, file), 'utf8');
  const found = /^TIMES (\S+) (\S+) (\S+) (\S+)$/m.exec(text);
  if (found === null) throw new Error(`Cannot read the times of ${argv.join(' ')}: ${text}`);
  const [, seconds = 0, user = 0, system = 0, kibibytes = 0] = found.map(Number);
  return { seconds, processorSeconds: user + system, peak: kibibytes / 1024, ran };
}
