import { spawnSync } from 'node:child_process';
import { BuildError } from '../model/errors.ts';

/**
 * Takes flock(2) on an open descriptor through util-linux's flock(1), false where another has it. The lock belongs
 * to the open file, which we share with the short-lived child: it stays until we close the file or end, even by
 * SIGKILL.
 */
export function tryFlock(fd: number): boolean {
  const result = spawnSync('flock', ['--exclusive', '--nonblock', '3'], {
    stdio: ['ignore', 'ignore', 'ignore', fd],
  });
  if (result.error !== undefined) {
    throw new BuildError('Cannot run "flock"', { cause: result.error, hint: 'Install util-linux' });
  }
  return result.status === 0;
}
