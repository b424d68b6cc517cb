import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Kernel } from './kernel.ts';
import { bundle, cache, checkout } from './paths.ts';
import { runOk } from './run.ts';

/**
 * An initrd for QEMU's virtual machine, made by the bundle as a user would. All tests share it: it is
 * built again only when the bundle, the drop-ins or the kernel change.
 */
export async function builtImage(kernel: Kernel): Promise<string> {
  const images = join(cache, 'images');
  const key = digestOf([join(checkout, 'dist'), join(checkout, 'dropins')], kernel.version);
  const directory = join(images, key);
  const image = join(directory, 'initrd');
  mkdirSync(directory, { recursive: true });
  for (const other of readdirSync(images)) {
    if (other !== key) rmSync(join(images, other), { recursive: true });
  }
  // The product renames a finished image into place, so a name that is there is an image.
  const once = ['flock', directory, 'sh', '-c', '[ -e "$0" ] || exec "$@"', image];
  await runOk([...once, ...buildCommand(kernel, directory)]);
  return image;
}

/**
 * `pkginitrd build` of this machine's distribution for QEMU's virtual machine, into DIRECTORY/initrd. From nothing: what
 * other tests have left in the cache is none of this one's.
 */
export function buildCommand(kernel: Kernel, directory: string): readonly string[] {
  return [...cachedBuildCommand(kernel, directory), '--no-cache'];
}

/** The same with what earlier builds of this machine have made. */
export function cachedBuildCommand(kernel: Kernel, directory: string): readonly string[] {
  // The lines of /proc/modules in that machine.
  const loaded = join(checkout, 'tests/helpers/loaded-modules');
  return [
    ...[process.execPath, bundle, 'build', '-k', kernel.version, '--kernel-root', kernel.root],
    ...['--loaded-modules', loaded, '-O', directory, '-o', 'initrd'],
  ];
}

/** Names, kinds and contents of everything below the directories. */
export function digestOf(directories: readonly string[], salt = ''): string {
  const hash = createHash('sha256').update(salt);
  for (const directory of directories) {
    for (const entry of readdirSync(directory, { recursive: true, withFileTypes: true }).sort(
      byPath,
    )) {
      const path = join(entry.parentPath, entry.name);
      hash.update(`\0${path.slice(directory.length)}\0`);
      if (entry.isFile()) hash.update(readFileSync(path));
    }
  }
  return hash.digest('hex');
}

interface Placed {
  readonly parentPath: string;
  readonly name: string;
}

function byPath(a: Placed, b: Placed): number {
  const [left, right] = [join(a.parentPath, a.name), join(b.parentPath, b.name)];
  return left < right ? -1 : Number(left > right);
}
