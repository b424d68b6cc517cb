import { basename, dirname } from 'node:path';
import { absolutePath, type AbsolutePath } from '../model/brands.ts';
import { UsageError } from '../model/errors.ts';
import type { Destination } from '../model/invocation.ts';
import type { Plan } from '../model/plan.ts';
import type { FileStat, RootFiles, Sys } from '../model/sys.ts';

/**
 * Where the image will be written: links at the destination are followed, so that they stay and what they lead to is
 * replaced. Asked before the build, it refuses what cannot be replaced by an image.
 * @throws UsageError for a directory that is none or cannot be written, and for anything but a regular file (with
 * `Format=directory`, a directory that an earlier image was written to) at the destination
 */
export function destinationPath(
  sys: Sys,
  destination: Destination,
  { name, format }: Plan['output'],
): AbsolutePath {
  const machine = sys.root(absolutePath('/'));
  // kernel-install looks for files named `initrd*` in its staging area.
  const wanted = destination.type === 'staging' ? 'initrd' : (destination.name ?? name);
  checkDirectory(sys, machine, destination.directory);
  const path = followed(machine, absolutePath(`${destination.directory}/${wanted}`));
  checkDirectory(sys, machine, absolutePath(dirname(path)));
  const found = machine.lstat(path);
  if (found !== undefined) refuseOther(machine, path, found, format);
  return path;
}

function checkDirectory(sys: Sys, machine: RootFiles, directory: AbsolutePath): void {
  const found = machine.stat(directory);
  if (found === undefined) {
    // A missing directory is made, so the nearest one above it has to allow that.
    if (machine.lstat(directory)?.type === 'symlink') {
      throw new UsageError(
        `Cannot write to "${directory}": it is a link to what does not exist`,
        'Make the directory that it leads to, or remove the link',
      );
    }
    checkDirectory(sys, machine, absolutePath(dirname(directory)));
    return;
  }
  if (found.type !== 'directory') {
    throw new UsageError(
      `Cannot write to "${directory}": it is a ${words[found.type]}, wanted a directory`,
    );
  }
  const obstacle = sys.cannotWrite(directory);
  if (obstacle === undefined) return;
  throw new UsageError(
    `Cannot write to "${directory}": ${obstacle}`,
    'Choose another directory with --output-dir, or mount it writable',
  );
}

// As many as the kernel follows (path_resolution(7)).
const mostLinks = 40;

function followed(machine: RootFiles, path: AbsolutePath): AbsolutePath {
  let at = path;
  for (let links = 0; links <= mostLinks; links += 1) {
    const found = machine.lstat(at);
    if (found?.type !== 'symlink') return at;
    refuseForeignLink(machine, at, found);
    const target = machine.readlink(at) ?? '';
    const next = target.startsWith('/') ? target : `${dirname(at)}/${target}`;
    at = machine.resolve(next, { followLast: false });
  }
  throw new UsageError(`Cannot write to "${path}": too many symlinks`);
}

// The rule of the sysctl fs.protected_symlinks: in /tmp and its like only a link of one's own is followed.
function refuseForeignLink(machine: RootFiles, link: AbsolutePath, found: FileStat): void {
  const directory = machine.stat(dirname(link));
  if (directory === undefined || (directory.mode & 0o1002) !== 0o1002) return;
  if (found.uid === 0 || found.uid === directory.uid) return;
  throw new UsageError(
    `Cannot write to "${link}": it is a link of user ${found.uid} in a directory that everybody may write to`,
    'Remove it, or choose another directory',
  );
}

function refuseOther(
  machine: RootFiles,
  path: AbsolutePath,
  { type }: FileStat,
  format: Plan['output']['format'],
): void {
  if (format === 'cpio') {
    if (type === 'file') return;
    throw new UsageError(
      `Cannot replace "${path}": it is a ${words[type]}, not a regular file`,
      type === 'directory' ? `Name a file, or use --output-dir ${path}` : 'Name another file',
    );
  }
  if (type !== 'directory') {
    throw new UsageError(`Cannot replace "${path}": it is a ${words[type]}, not a directory`);
  }
  // The whole tree would be removed: one that holds no earlier image is somebody's.
  const isImage = machine.lstat(`${path}/etc/initrd-release`) !== undefined;
  if (isImage || machine.list(path).length === 0) return;
  throw new UsageError(
    `Cannot replace "${path}": it is neither empty nor an earlier image, it has no etc/initrd-release`,
    `Remove it, or name another directory than ${basename(path)}`,
  );
}

const words = {
  file: 'regular file',
  directory: 'directory',
  symlink: 'link',
  character: 'character device',
  block: 'block device',
  fifo: 'FIFO',
  socket: 'socket',
} satisfies Record<FileStat['type'], string>;
