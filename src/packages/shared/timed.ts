import { logger } from '../../log.ts';
import type { Sys } from '../../model/sys.ts';

const debug = logger('packages');

/** Runs a step and notes in the trace how long it took. */
export async function timed<T>(sys: Sys, step: string, run: () => Promise<T>): Promise<T> {
  const started = sys.now();
  const result = await run();
  debug('%s: %d ms', step, Math.round(sys.now() - started));
  return result;
}
