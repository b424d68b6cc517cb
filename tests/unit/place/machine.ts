import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { TestContext } from 'node:test';
import type { AbsolutePath } from '../../../src/model/brands.ts';
import type { Sys } from '../../../src/model/sys.ts';
import { absolutePath } from '../../../src/model/brands.ts';
import { makeSys } from '../../../src/sys/sys.ts';
import { plant, scratch, type Tree } from '../../helpers/scratch.ts';

const real = makeSys({ searchPath: '/usr/bin:/bin' });

/** Seconds since 1970 of the machine's boot: files that the test has written are newer. */
const began = 1_000_000_000;

export interface Machine {
  readonly root: AbsolutePath;
  readonly sys: Sys;
}

/**
 * A machine whose / is a directory, and which runs the kernel 6.1 since 2001. `free` is the room on each of its file systems.
 */
export function machineAt(
  root: AbsolutePath,
  { free = () => 2 ** 40, commandLine = '' }: { free?: () => number; commandLine?: string } = {},
): Machine {
  plant(root, {
    'proc/sys/kernel/osrelease': '6.1\n',
    'proc/stat': `cpu 1\nbtime ${began}\n`,
    'proc/cmdline': `root=/dev/sda ${commandLine}\n`,
    'proc/self/mountinfo': '22 1 8:2 / / rw - ext4 /dev/sda2 rw\n',
  });
  const at = (path: AbsolutePath): AbsolutePath =>
    path.startsWith(`${root}/`) || path === root ? path : absolutePath(`${root}${path}`);
  const sys: Sys = {
    ...real,
    root: (path) => {
      const files = real.root(at(path));
      return { ...files, resolve: (each, options) => unrooted(files.resolve(each, options)) };
    },
    open: (path) => real.open(at(path)),
    duplicate: (source, target) => real.duplicate(at(source), at(target)),
    // A rename is enough where no power is cut.
    writeAtomically: async (path, chunks, mode) => writeRenamed(at(path), chunks, mode),
    freeSpace: free,
    cannotWrite: () => undefined,
    lock: async () => ({ release: () => {} }),
    privateDirectory: (directory) => void mkdirSync(at(directory), { recursive: true }),
    run: async () => ({ exitCode: 0, stdout: '', stderr: '' }),
  };
  const unrooted = (path: AbsolutePath): AbsolutePath =>
    path.startsWith(root) ? absolutePath(`/${path.slice(root.length)}`) : path;
  return { root, sys };
}

export function machine(
  t: TestContext,
  tree: Tree,
  options: Parameters<typeof machineAt>[1] = {},
): Machine {
  return machineAt(plant(scratch(t), tree), options);
}

/** A time before the boot of the machine. */
export const beforeBoot = new Date((began - 1000) * 1000);

async function writeRenamed(
  path: AbsolutePath,
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  mode: number,
): Promise<{ bytes: number }> {
  const parts: Uint8Array[] = [];
  for await (const chunk of chunks) parts.push(chunk);
  const content = Buffer.concat(parts);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(`${path}.new`, content, { mode });
  renameSync(`${path}.new`, path);
  return { bytes: content.length };
}
