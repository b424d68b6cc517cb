import { parseMountinfo, type Mount } from '../formats/mountinfo.ts';
import { absolutePath, type AbsolutePath } from '../model/brands.ts';
import type { Sys } from '../model/sys.ts';

/** The mount that a path lies on; undefined where nothing is known of mounts. */
function mountOf(sys: Pick<Sys, 'root'>, path: AbsolutePath): Mount | undefined {
  const machine = sys.root(absolutePath('/'));
  const mounts = parseMountinfo(machine.readText('/proc/self/mountinfo') ?? '');
  // Of two at one place the later one is seen.
  return mounts
    .filter(({ mountPoint }) => mountPoint === '/' || `${path}/`.startsWith(`${mountPoint}/`))
    .sort((a, b) => a.mountPoint.length - b.mountPoint.length)
    .at(-1);
}

/** True on a file system without links and permissions of its own, as the ESP has. */
export function isVfat(sys: Pick<Sys, 'root'>, path: AbsolutePath): boolean {
  return withoutModes.includes(mountOf(sys, path)?.fileSystem ?? '');
}

/**
 * True where every user can read what lies in a directory, and no permission of the file can forbid it: a file system without
 * permissions that is mounted open.
 */
export function isOpen(sys: Pick<Sys, 'root'>, directory: AbsolutePath): boolean {
  const mount = mountOf(sys, directory);
  if (mount === undefined || !withoutModes.includes(mount.fileSystem)) return false;
  const closed = (name: string): boolean =>
    mount.options.some((option) => {
      const [key, value = ''] = option.split('=');
      return key === name && (Number.parseInt(value, 8) & 0o077) === 0o077;
    });
  return !closed('fmask') && !closed('dmask') && !closed('umask');
}

const withoutModes: readonly string[] = ['vfat', 'msdos', 'exfat'];
