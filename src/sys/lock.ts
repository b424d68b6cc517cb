import { spawnSync } from 'node:child_process';
import { closeSync, ftruncateSync, mkdirSync, openSync, readFileSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { AbsolutePath } from '../model/brands.ts';
import { BuildError } from '../model/errors.ts';
import type { Lock } from '../model/sys.ts';
import { named } from './failure.ts';

const retryMilliseconds = 250;

/**
 * flock(2) through util-linux's flock(1) on a descriptor of ours: the lock belongs to the open file, which we share
 * with the short-lived child, so it stays until we close the file or end, even by SIGKILL.
 */
export async function lock(
  path: AbsolutePath,
  options: { readonly waitSeconds: number; readonly onWait?: (holder: string) => void },
): Promise<Lock> {
  named('make the directory', dirname(path), () => mkdirSync(dirname(path), { recursive: true }));
  const fd = named('open', path, () => openSync(path, 'a+', 0o600));
  const tries = 1 + Math.ceil((options.waitSeconds * 1000) / retryMilliseconds);
  for (let attempt = 0; attempt < tries; attempt += 1) {
    if (attempt > 0) await sleep(retryMilliseconds);
    if (take(fd)) return held(fd);
    if (attempt === 0) options.onWait?.(holderOf(path));
  }
  closeSync(fd);
  throw new BuildError(
    `Cannot start: another build is running (${holderOf(path)}), lock "${path}"`,
    { hint: 'Wait for it to end, or stop it' },
  );
}

function holderOf(path: AbsolutePath): string {
  const holder = readFileSync(path, 'utf8').trim();
  return holder === '' ? 'unknown process' : holder;
}

function take(fd: number): boolean {
  const result = spawnSync('flock', ['--exclusive', '--nonblock', '3'], {
    stdio: ['ignore', 'ignore', 'ignore', fd],
  });
  if (result.error !== undefined) {
    throw new BuildError('Cannot run "flock"', { cause: result.error, hint: 'Install util-linux' });
  }
  return result.status === 0;
}

function held(fd: number): Lock {
  ftruncateSync(fd);
  writeSync(fd, `process ${process.pid}\n`);
  return { release: () => closeSync(fd) };
}
