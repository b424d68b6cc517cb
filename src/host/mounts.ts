import { parseMountinfo, type Mount } from '../formats/mountinfo.ts';
import type { RootFiles } from '../model/sys.ts';

const file = 'proc/self/mountinfo';

/** The host's mounts with their mount points as the host sees them; none where /proc is not the host's. */
export function readMounts(root: RootFiles): readonly Mount[] {
  const mounts = parseMountinfo(root.readText(file) ?? '');
  if (!isOfThisMachine(root)) return mounts;
  // A /proc that was mounted there shows what this process sees, the host being somewhere below.
  const prefix = root.path;
  return mounts.flatMap((mount) => {
    const { mountPoint } = mount;
    if (mountPoint === prefix) return [{ ...mount, mountPoint: '/' }];
    if (!mountPoint.startsWith(`${prefix}/`)) return [];
    return [{ ...mount, mountPoint: mountPoint.slice(prefix.length) }];
  });
}

// Files of procfs state no size, copies of them do.
function isOfThisMachine(root: RootFiles): boolean {
  return root.path !== '/' && root.stat(file)?.size === 0;
}

/**
 * True where / is a directory of another system, as it is in containers and chroots: an image made there is for a machine
 * that is not to be seen.
 */
export function isContained(root: RootFiles, mounts: readonly Mount[]): boolean {
  if (marks.some((path) => root.stat(path) !== undefined)) return true;
  const top = mounts.findLast(({ mountPoint }) => mountPoint === '/');
  if (top === undefined || top.root === '/') return false;
  // A subvolume may be a machine's /, and so may a deployment of OSTree.
  return top.fileSystem !== 'btrfs' && !top.root.startsWith('/ostree/deploy/');
}

// Left by systemd and systemd-nspawn (Container Interface), Podman and Docker.
const marks = [
  'run/systemd/container',
  'run/host/container-manager',
  'run/.containerenv',
  '.dockerenv',
];
