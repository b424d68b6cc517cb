import type { Writable } from 'node:stream';

export type Fed =
  | { readonly type: 'all' }
  /** The program closed its stdin before the end. */
  | { readonly type: 'refused' }
  /** `input` itself threw. */
  | { readonly type: 'failed'; readonly error: unknown };

/**
 * Writes `input` to a program's stdin, one chunk at a time: the next is asked for when the last has gone into the
 * pipe, so nothing is held in memory and the producer may use its buffer again. Never rejects; `abandon` is called
 * when the input fails, since the program must not take what it got so far for the whole.
 */
export async function feed(
  input: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  stdin: Writable,
  abandon: () => void,
): Promise<Fed> {
  // A broken pipe is told to the pending write; without a listener it would end this process as well.
  stdin.on('error', () => {});
  let fed = false;
  try {
    for await (const chunk of input) {
      fed = true;
      if (!(await written(stdin, chunk))) return { type: 'refused' };
    }
  } catch (error) {
    abandon();
    return { type: 'failed', error };
  }
  const whole = await closed(stdin);
  // A program that is given nothing may well end without having looked.
  return whole || !fed ? { type: 'all' } : { type: 'refused' };
}

async function written(stdin: Writable, chunk: Uint8Array): Promise<boolean> {
  return new Promise((resolve) => {
    stdin.write(chunk, (error) => resolve(error === undefined || error === null));
  });
}

async function closed(stdin: Writable): Promise<boolean> {
  if (stdin.destroyed) return false;
  return new Promise((resolve) => {
    stdin.once('close', () => resolve(stdin.writableFinished));
    stdin.end();
  });
}
