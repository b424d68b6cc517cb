import { createHash } from 'node:crypto';
import {
  closeSync,
  constants,
  fstatSync,
  ftruncateSync,
  openSync,
  readSync,
  writeSync,
} from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { absolutePath, type AbsolutePath } from '../model/brands.ts';
import { BuildError } from '../model/errors.ts';
import type { Lock } from '../model/sys.ts';
import { named } from './failure.ts';
import { tryFlock } from './flock.ts';
import { privateDirectory } from './private-directory.ts';

export interface LockOptions {
  readonly waitSeconds: number;
  readonly onWait?: (holder: string) => void;
  /** Aborted: waiting ends. */
  readonly signal?: AbortSignal | undefined;
  /** Where the lock files lie; of our own user, closed to all others. */
  readonly directory?: AbsolutePath;
}

/** Locks what lies at `subject`, a file or directory that need not exist: the lock file is named by its digest. */
export async function lock(subject: AbsolutePath, options: LockOptions): Promise<Lock> {
  const { signal, directory = lockDirectory } = options;
  privateDirectory(directory);
  const path = `${directory}/${createHash('sha256').update(subject).digest('hex').slice(0, 32)}`;
  const fd = named('open the lock', path, () => openLock(path));
  try {
    const tries = 1 + Math.ceil((options.waitSeconds * 1000) / retryMilliseconds);
    for (let attempt = 0; attempt < tries; attempt += 1) {
      if (attempt > 0) await sleep(retryMilliseconds);
      if (signal?.aborted === true) break;
      if (tryFlock(fd)) return held(fd, subject);
      if (attempt === 0) options.onWait?.(holderOf(fd));
    }
  } catch (error) {
    closeSync(fd);
    throw error;
  }
  const holder = holderOf(fd);
  closeSync(fd);
  if (signal?.aborted === true) throw new BuildError('Cannot go on: the build was cancelled');
  throw new BuildError(
    `Cannot start: another build is running (${holder}), and both need "${subject}"`,
    { hint: 'Wait for it to end, or stop it' },
  );
}

// /run/lock may be written by everybody, who could put a link or a FIFO there, or hold the lock for ever.
const lockDirectory = absolutePath('/run/pkginitrd-locks');

const retryMilliseconds = 250;

function openLock(path: string): number {
  const { O_RDWR, O_CREAT, O_NOFOLLOW, O_NONBLOCK } = constants;
  const fd = openSync(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK, 0o600);
  if (fstatSync(fd).isFile()) return fd;
  closeSync(fd);
  throw new BuildError(`Cannot use the lock "${path}": it is not a regular file`, {
    hint: 'Remove it',
  });
}

function holderOf(fd: number): string {
  const text = Buffer.alloc(200);
  const holder =
    text.toString('utf8', 0, readSync(fd, text, 0, text.length, 0)).split('\n')[0] ?? '';
  return holder === '' ? 'unknown process' : holder;
}

function held(fd: number, subject: AbsolutePath): Lock {
  ftruncateSync(fd);
  writeSync(fd, `process ${process.pid}\n${subject}\n`, 0);
  return { release: () => closeSync(fd) };
}
