import { parseFstab } from '../formats/fstab.ts';
import type { Mount } from '../formats/mountinfo.ts';
import type { EspFacts } from '../model/facts.ts';
import type { RootFiles } from '../model/sys.ts';
import { sysfsTarget } from './sysfs.ts';

// Where distributions mount it, the specific places first: with /efi, /boot is a partition of its own.
const places = ['/efi', '/boot/efi', '/boot'];

const partitions = 'dev/disk/by-partuuid';

// By the interface of boot loaders (systemd.io), and efivarfs(5): UTF-16 behind the attributes.
const loaderVariable =
  'sys/firmware/efi/efivars/LoaderDevicePartUUID-4a67b082-0a4c-41cf-b6c7-440b29bb8c4f';
const attributeBytes = 4;

/**
 * The ESP with the name by which an initrd finds it, the same whether an automount has brought it up or not: as the boot loader says, or as
 * fstab(5) has it, or as it is mounted now.
 */
export function readEsp(root: RootFiles, mounts: readonly Mount[]): EspFacts | undefined {
  const loader = ofLoader(root);
  if (loader !== undefined) return { partition: loader, from: { type: 'boot loader' } };
  for (const at of places) {
    const device = ofFstab(root, at) ?? ofMounts(root, mounts, at);
    const partition = root
      .list(partitions)
      .find(
        (name) => device !== undefined && nameOf(root.readlink(`${partitions}/${name}`)) === device,
      );
    if (partition !== undefined) return { partition, from: { type: 'mounted', at } };
  }
  return undefined;
}

function ofLoader(root: RootFiles): string | undefined {
  const bytes = root.readBytes(loaderVariable)?.subarray(attributeBytes);
  const partition = bytes?.toString('utf16le').replaceAll('\0', '').toLowerCase();
  return partition !== undefined && root.list(partitions).includes(partition)
    ? partition
    : undefined;
}

/** The kernel's name of a device, as `sda1`. */
function ofFstab(root: RootFiles, place: string): string | undefined {
  const entry = parseFstab(root.readText('etc/fstab') ?? '').findLast(
    ({ mountPoint, fileSystem }) => mountPoint === place && fileSystem === 'vfat',
  );
  if (entry === undefined) return undefined;
  const [, tag, value = ''] = /^(UUID|LABEL|PARTUUID|PARTLABEL)="?([^"]*)/.exec(entry.source) ?? [];
  if (tag === undefined) {
    return nameOf(root.readlink(entry.source) ?? entry.source);
  }
  // As udev writes them; people write either.
  const names = [value, value.toLowerCase(), value.toUpperCase()];
  const links = names.map((name) => root.readlink(`dev/disk/by-${tag.toLowerCase()}/${name}`));
  return nameOf(links.find((link) => link !== undefined));
}

function ofMounts(root: RootFiles, mounts: readonly Mount[], place: string): string | undefined {
  const mount = mounts.findLast(
    ({ mountPoint, fileSystem }) => mountPoint === place && fileSystem === 'vfat',
  );
  return mount && nameOf(sysfsTarget(root, `sys/dev/block/${mount.device}`) ?? undefined);
}

function nameOf(path: string | undefined): string | undefined {
  return path?.split('/').at(-1);
}
