import { execFileSync } from 'node:child_process';
import { openSync, closeSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compress } from '../../src/compress/compress.ts';
import { archive } from '../../src/image/archive.ts';
import { arrange, treeEntries } from '../../src/image/members.ts';
import { absolutePath } from '../../src/model/brands.ts';
import { makeSys } from '../../src/sys/sys.ts';

export interface WriterFigures {
  readonly megabytes: number;
  /** Seconds for listing, archiving and compressing a tree. */
  readonly ours: readonly number[];
  /** Seconds of zstd alone on the archive that came out: no writer can be faster. */
  readonly floor: readonly number[];
}

/** Times our cpio writer in front of zstd against zstd alone, in turns. */
export async function writerSeconds(tree: string, runs: number): Promise<WriterFigures> {
  const sys = makeSys({ searchPath: '/usr/bin:/bin' });
  const directory = mkdtempSync(join(tmpdir(), 'pkginitrd-bench-'));
  const plain = absolutePath(join(directory, 'plain.cpio'));
  const packed = absolutePath(join(directory, 'packed'));
  const ours: number[] = [];
  const floor: number[] = [];
  try {
    const { bytes } = await sys.writeAtomically(plain, chunks(), 0o600);
    for (let round = 0; round < runs; round += 1) {
      let start = performance.now();
      await sys.writeAtomically(packed, compress(sys, chunks(), 'zstd', 3), 0o600);
      ours.push((performance.now() - start) / 1000);
      start = performance.now();
      compressAlone(plain, packed);
      floor.push((performance.now() - start) / 1000);
    }
    return { megabytes: bytes / 1e6, ours, floor };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }

  function chunks(): Iterable<Uint8Array> {
    const root = absolutePath(tree);
    const entries = [...treeEntries(root, sys.root(root).walk('/'))];
    return archive(
      sys,
      arrange(
        entries.map((entry) => ({ entry, from: tree })),
        0,
      ),
    );
  }
}

function compressAlone(from: string, to: string): void {
  const [input, output] = [openSync(from, 'r'), openSync(to, 'w')];
  execFileSync('zstd', ['-T0', '-3', '--check', '-q', '-c'], { stdio: [input, output, 'inherit'] });
  closeSync(input);
  closeSync(output);
}
