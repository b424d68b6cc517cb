// /proc/self/mountinfo (proc_pid_mountinfo(5)).
import { unescapeOctal } from './octal-escapes.ts';

export interface Mount {
  /** Major and minor number, as `259:2`; major 0 for what has no block device of its own (btrfs, NFS). */
  readonly device: string;
  /** The directory of the file system that is mounted: `/` but for bind mounts and subvolumes. */
  readonly root: string;
  readonly mountPoint: string;
  readonly fileSystem: string;
  readonly source: string;
  /** Of the file system, as `rw,fmask=0077`. */
  readonly options: readonly string[];
}

/** Mounts in their order: of several on one point the last is the one that is seen. */
export function parseMountinfo(text: string): Mount[] {
  return text.split('\n').flatMap((line) => {
    const [before = '', after] = line.split(' - ');
    const [, , device, root, mountPoint] = before.split(' ');
    const [fileSystem, source, options = ''] = after?.split(' ') ?? [];
    if (device === undefined || root === undefined || mountPoint === undefined) return [];
    if (fileSystem === undefined || source === undefined) return [];
    return [
      {
        device,
        root: unescapeOctal(root),
        mountPoint: unescapeOctal(mountPoint),
        fileSystem,
        source: unescapeOctal(source),
        options: options.split(','),
      },
    ];
  });
}
