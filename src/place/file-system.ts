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
  return ['vfat', 'msdos', 'exfat'].includes(mountOf(sys, path)?.fileSystem ?? '');
}
