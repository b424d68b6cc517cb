import { spawn, type ChildProcess } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { pathText } from '../model/path-bytes.ts';
import type { Command } from '../model/sys.ts';
import { brokenPipe, cancelled, commandFailure, type Ending } from './command-failure.ts';
import { errnoCode } from './failure.ts';
import { feed } from './feed.ts';
import type { Launch } from './launch.ts';
import { countChunk } from './garbage.ts';
import { processGroup } from './process-group.ts';

export interface PipeOptions {
  readonly signal?: AbortSignal | undefined;
  readonly watch?: ((chunk: Uint8Array) => void) | undefined;
  readonly patience?: number | undefined;
}

/** Feeds `input` to a program and yields what it prints. Loading execa takes longer than most images take to be listed. */
export async function* pipe(
  command: Command,
  { file, args, env, cwd, descriptors }: Launch,
  input: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  { signal, watch, patience }: PipeOptions,
): AsyncGenerator<Uint8Array> {
  const child = spawn(file, [...args], {
    env,
    cwd,
    // A process group of its own, which processGroup() ends as a whole.
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe', ...descriptors.map(() => 'pipe' as const)],
  });
  const ending = endOf(child);
  const group = processGroup(child.pid, signal, patience);
  for (const [index, bytes] of descriptors.entries()) handOver(child, 3 + index, bytes);
  const stderr = lastOf(child.stderr, watch);
  const feeding = feed(input, child.stdin, () => group.kill());
  let ended = false;
  try {
    for await (const chunk of child.stdout) {
      countChunk(chunk.length);
      yield chunk;
    }
    const how = await ending;
    ended = true;
    if (signal?.aborted === true) throw cancelled(command);
    const failure = commandFailure(command, { ...how, stderr: stderr() });
    // A program that failed leaves its producer waiting, perhaps for good: only a finished feed is asked.
    const fed = await (failure === undefined ? feeding : Promise.race([feeding, unfinished]));
    if (fed?.type === 'failed') throw fed.error;
    if (failure !== undefined) throw failure;
    if (fed?.type === 'refused') throw brokenPipe(command);
  } finally {
    // A consumer that stops early wants nothing more of the program either.
    if (!ended) group.kill();
    await ending;
    group.release();
  }
}

const unfinished = Promise.resolve(undefined);

function endOf(child: ChildProcess): Promise<Omit<Ending, 'stderr'>> {
  return new Promise((resolve) => {
    child.once('error', (error) => resolve({ code: errnoCode(error) }));
    child.once('close', (exitCode, signal) =>
      resolve({ exitCode: exitCode ?? undefined, signal: signal ?? undefined }),
    );
  });
}

function handOver(child: ChildProcess, descriptor: number, bytes: Uint8Array): void {
  const stream = child.stdio[descriptor];
  if (stream === null || stream === undefined || !isWritable(stream)) return;
  // The program may end without having read it.
  stream.on('error', () => {});
  stream.end(bytes);
}

function isWritable(stream: Readable | Writable): stream is Writable {
  return 'end' in stream;
}

// A message is made of its last lines.
const mostKept = 256 * 1024;

function lastOf(stream: Readable, watch: PipeOptions['watch']): () => string {
  let kept: Buffer = Buffer.alloc(0);
  stream.on('data', (chunk: Buffer) => {
    watch?.(chunk);
    kept = Buffer.concat([kept, chunk]).subarray(-mostKept);
  });
  return () => pathText(kept);
}
