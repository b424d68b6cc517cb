/** What a build tells while it works. */
export type ProgressEvent =
  /** A step begins; `sentence` says what it does. */
  | { readonly type: 'step'; readonly name: string; readonly sentence: string }
  /** So much of the current step is done. */
  | {
      readonly type: 'amount';
      readonly done: number;
      readonly total: number;
      readonly unit: 'bytes' | 'packages';
    }
  /** The step has ended well. */
  | { readonly type: 'done'; readonly name: string; readonly milliseconds: number }
  /** The step has ended in an error, which is told apart. */
  | { readonly type: 'failed'; readonly name: string }
  /** A sentence for the user, at once. */
  | { readonly type: 'message'; readonly text: string };

export type Report = (event: ProgressEvent) => void;

/** Hands chunks on and reports how many bytes of `total` they were. */
export function* reported(
  chunks: Iterable<Uint8Array>,
  total: number,
  report: Report,
): Generator<Uint8Array> {
  let done = 0;
  for (const chunk of chunks) {
    yield chunk;
    done += chunk.length;
    report({ type: 'amount', done, total, unit: 'bytes' });
  }
}
