import createDebug from 'debug';

// The journal stamps lines itself, and a build's trace is compared between runs.
const inspectOptions: { hideDate?: boolean } = (
  createDebug as unknown as { inspectOpts: { hideDate?: boolean } }
).inspectOpts;
inspectOptions.hideDate = true;

/** A trace for developers: `--debug`, or DEBUG=pkginitrd:* in the environment. Never for the user's messages. */
export function logger(room: string): (format: string, ...args: readonly unknown[]) => void {
  return createDebug(`pkginitrd:${room}`);
}

export function traceEverything(): void {
  createDebug.enable('pkginitrd:*');
}
