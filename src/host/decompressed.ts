import { xzContentSize } from '../formats/xz-size.ts';
import { parseZstdHeader } from '../formats/zstd-frame.ts';
import type { AbsolutePath } from '../model/brands.ts';
import { BuildError } from '../model/errors.ts';
import type { OpenFile, Sys } from '../model/sys.ts';

// A program per file would take seconds, one for all of them a moment; two keep both cores of a small machine busy.
const programs = 2;

const commands = {
  xz: ['xz', '--decompress', '--stdout', '--quiet', '--threads=1'],
  zst: ['zstd', '--decompress', '--stdout', '--quiet'],
} as const;

type Suffix = keyof typeof commands;

/**
 * Calls `take` with the whole content of each .xz or .zst file, in any order; the content is the callee's until it
 * returns. One program decompresses many files into one pipe, which is cut by the sizes that the files state of
 * themselves; nothing is written to disk.
 */
export async function eachDecompressed(
  sys: Sys,
  files: readonly AbsolutePath[],
  take: (file: AbsolutePath, content: Buffer) => void,
): Promise<void> {
  const suffixes: readonly Suffix[] = ['xz', 'zst'];
  for (const suffix of suffixes) {
    const sized = files
      .filter((file) => file.endsWith(`.${suffix}`))
      .map((file) => measured(sys, file));
    await Promise.all(lots(sized).map((lot) => takeWhole(sys, suffix, lot, take)));
  }
}

interface Sized {
  readonly path: AbsolutePath;
  readonly stored: number;
  /** Bytes of the content, undefined where the file does not say. */
  readonly content: number | undefined;
}

function measured(sys: Sys, path: AbsolutePath): Sized {
  const file = sys.open(path);
  try {
    const content = contentSize(path, file) ?? 0;
    // A size beyond every module's is a damaged file's, whose content shall tell.
    const credible = content > 0 && content <= LARGEST;
    return { path, stored: file.size, content: credible ? content : undefined };
  } finally {
    file.close();
  }
}

const LARGEST = 256 << 20;

function contentSize(path: AbsolutePath, file: OpenFile): number | undefined {
  if (path.endsWith('.xz')) {
    return xzContentSize((offset, length) => file.read(offset, length), file.size);
  }
  try {
    return parseZstdHeader(file.read(0, 18)).contentSize;
  } catch (error) {
    if (error instanceof BuildError) return undefined;
    throw error;
  }
}

/** As many lots of the same weight as programs may run at once; what states no size is a lot of its own. */
function lots(files: readonly Sized[]): readonly (readonly Sized[])[] {
  const shared = Array.from({ length: programs }, () => ({ stored: 0, files: [] as Sized[] }));
  const own: Sized[][] = [];
  for (const file of files) {
    if (file.content === undefined) {
      own.push([file]);
      continue;
    }
    const lightest = shared.reduce((a, b) => (b.stored < a.stored ? b : a));
    lightest.stored += file.stored;
    lightest.files.push(file);
  }
  return [...shared.map((lot) => lot.files).filter((lot) => lot.length > 0), ...own];
}

/**
 * One damaged file, or one that holds more than it states, shifts all that come after it in the pipe: then each is taken
 * by itself to the pipe's end, and the right one named.
 */
async function takeWhole(
  sys: Sys,
  suffix: Suffix,
  lot: readonly Sized[],
  take: (file: AbsolutePath, content: Buffer) => void,
): Promise<void> {
  try {
    await takeLot(sys, suffix, lot, take);
  } catch {
    for (const file of lot) await takeLot(sys, suffix, [{ ...file, content: undefined }], take);
  }
}

async function takeLot(
  sys: Sys,
  suffix: Suffix,
  lot: readonly Sized[],
  take: (file: AbsolutePath, content: Buffer) => void,
): Promise<void> {
  const cut = cutter(lot, take);
  const argv = [...commands[suffix], ...lot.map(({ path }) => path)] as const;
  for await (const chunk of sys.pipe({ argv, purpose: 'Decompress kernel modules' }, []))
    cut(chunk);
  cut(undefined);
}

/** Takes the content of all files of a lot chunk by chunk, undefined at the end, and hands out file by file. */
function cutter(
  lot: readonly Sized[],
  take: (file: AbsolutePath, content: Buffer) => void,
): (chunk: Uint8Array | undefined) => void {
  const waiting = [...lot];
  // Megabytes per module, thousands of modules: one buffer for all of them.
  let buffer = Buffer.alloc(Math.max(...lot.map(({ content }) => content ?? GUESS)));
  let held = 0;
  const finish = (): void => {
    const file = waiting.shift();
    if (file !== undefined) take(file.path, buffer.subarray(0, held));
    held = 0;
  };
  return (chunk) => {
    // Only what states no size is ended by the pipe's end, and a lot of its own.
    if (chunk === undefined) {
      if (waiting[0]?.content === undefined) finish();
      return;
    }
    for (let rest = chunk; rest.length > 0;) {
      const wanted = (waiting[0]?.content ?? Number.POSITIVE_INFINITY) - held;
      const piece = rest.subarray(0, wanted);
      while (held + piece.length > buffer.length) {
        buffer = Buffer.concat([buffer], buffer.length * 2);
      }
      buffer.set(piece, held);
      held += piece.length;
      rest = rest.subarray(piece.length);
      if (piece.length === wanted) finish();
    }
  };
}

const GUESS = 1 << 20;
