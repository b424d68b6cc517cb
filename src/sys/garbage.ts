import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/**
 * Counts bytes of chunks that are made to be used once, and has those that are no longer in use collected before they add
 * up. V8 counts the small objects that stand for them and lets hundreds of megabytes behind them pile up.
 */
export function countChunk(bytes: number): void {
  sinceYoung += bytes;
  sinceAll += bytes;
  if (sinceYoung < betweenYoung) return;
  sinceYoung = 0;
  collect ??= collector();
  if (sinceAll < betweenAll) return collect({ type: 'minor' });
  sinceAll = 0;
  collect({ type: 'major' });
}

// A collection of what is young takes a millisecond, one of all that there is thirty.
const betweenYoung = 8 * 1024 * 1024;
const betweenAll = 128 * 1024 * 1024;

let sinceYoung = 0;
// The first time counts for what reading the configuration and the kernel's indexes has left.
let sinceAll = betweenAll;

type Collect = (options: { readonly type: 'minor' | 'major' }) => void;
let collect: Collect | undefined;

// A context that is made after the flag has the function; the flag is no longer needed then.
function collector(): Collect {
  setFlagsFromString('--expose-gc');
  const found: unknown = runInNewContext('gc');
  setFlagsFromString('--no-expose-gc');
  return isCollect(found) ? found : () => {};
}

function isCollect(value: unknown): value is Collect {
  return typeof value === 'function';
}
