import { errnoCode } from './failure.ts';

/** A child and everything it starts, as one thing that can be killed. */
export interface ProcessGroup {
  kill(): void;
  /** To be called when the child has ended, before its number can be given to another process. */
  release(): void;
}

/**
 * Watches over the process group of `leader`: ended when `signal` is aborted, gently first and by force after `patience`
 * milliseconds, and at the latest when this process exits. Killing the child alone would leave its own children, dpkg's
 * tar for one, writing on.
 */
export function processGroup(
  leader: number | undefined,
  signal?: AbortSignal,
  patience = 2000,
): ProcessGroup {
  if (leader === undefined) return { kill: () => {}, release: () => {} };
  let deadline: NodeJS.Timeout | undefined;
  const end = (): void => {
    send(leader, 'SIGTERM');
    deadline ??= setTimeout(() => send(leader, 'SIGKILL'), patience);
  };
  running.add(leader);
  process.off('exit', killAll).on('exit', killAll);
  if (signal?.aborted === true) end();
  signal?.addEventListener('abort', end);
  return {
    kill: () => send(leader, 'SIGKILL'),
    release: () => {
      running.delete(leader);
      signal?.removeEventListener('abort', end);
      clearTimeout(deadline);
    },
  };
}

const running = new Set<number>();

function killAll(): void {
  for (const leader of running) send(leader, 'SIGKILL');
}

function send(leader: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-leader, signal);
  } catch (error) {
    // It ended by itself in the meantime.
    if (errnoCode(error) !== 'ESRCH') throw error;
  }
}
