import type { Mount } from '../formats/mountinfo.ts';
import type { EspFacts } from '../model/facts.ts';
import type { RootFiles } from '../model/sys.ts';
import { sysfsTarget } from './sysfs.ts';

// Where distributions mount it, the specific places first: with /efi, /boot is a partition of its own.
const places = ['/efi', '/boot/efi', '/boot'];

const partitions = 'dev/disk/by-partuuid';

/** The ESP as it is mounted now, with the name by which an initrd finds it. */
export function readEsp(root: RootFiles, mounts: readonly Mount[]): EspFacts | undefined {
  for (const place of places) {
    const mount = mounts.findLast(
      ({ mountPoint, fileSystem }) => mountPoint === place && fileSystem === 'vfat',
    );
    if (mount === undefined) continue;
    const device = sysfsTarget(root, `sys/dev/block/${mount.device}`)?.split('/').at(-1);
    const partition = root
      .list(partitions)
      .find((name) => root.readlink(`${partitions}/${name}`)?.split('/').at(-1) === device);
    if (partition !== undefined) return { mountPoint: place, partition };
  }
  return undefined;
}
