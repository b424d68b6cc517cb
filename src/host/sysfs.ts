import { BuildError } from '../model/errors.ts';
import type { RootFiles } from '../model/sys.ts';

/** An attribute without its newline; null where it is not there, empty, or its driver fails to answer. */
export function sysfsAttribute(root: RootFiles, path: string): string | null {
  try {
    const text = root.readText(path)?.trim();
    return text === undefined || text === '' ? null : text;
  } catch (error) {
    // A device that is being unplugged answers ENODEV, a bad driver EIO.
    if (error instanceof BuildError) return null;
    throw error;
  }
}

/** The name of what a link such as `driver` or `subsystem` leads to. */
export function sysfsLink(root: RootFiles, path: string): string | null {
  const target = root.readlink(path);
  return target === undefined ? null : target.slice(target.lastIndexOf('/') + 1);
}

/** The directory that a link leads to, from the root without leading slash; null where there is none. */
export function sysfsTarget(root: RootFiles, path: string): string | null {
  if (root.stat(path)?.type !== 'directory') return null;
  return root.resolve(path).slice(root.path === '/' ? 1 : root.path.length + 1);
}
