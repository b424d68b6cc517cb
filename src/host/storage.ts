import type { FstabEntry } from '../formats/fstab.ts';
import type { Mount } from '../formats/mountinfo.ts';
import type { StorageNode, StorageStack } from '../model/storage.ts';
import type { RootFiles } from '../model/sys.ts';
import { initrdMounts, type InitrdMount } from './initrd-mounts.ts';
import { blockNode, type StorageReader } from './storage-node.ts';
import { sysfsAttribute, sysfsTarget } from './sysfs.ts';

/**
 * The storage under all mounts of the initrd, the swap spaces and the device to resume from; nothing where /proc and
 * /sys are not the host's.
 */
export function readStorage(
  sys: StorageReader['sys'],
  root: RootFiles,
  mounts: readonly Mount[],
): readonly StorageStack[] {
  const reader: StorageReader = {
    sys,
    root,
    underFile: (path) => {
      const mount = mountOf(mounts, path);
      return mount === undefined ? [] : ofMount(reader, mount).below;
    },
  };
  const swaps = swapSpaces(root).map((source) => ({
    purpose: 'swap' as const,
    source,
    ...bare,
    below: nodes(reader, directoryOfSource(root, source)),
  }));
  const isSwap = ({ below: [top] }: StorageStack): boolean =>
    swaps.some((swap) => swap.below[0]?.device === top?.device);
  return [
    ...initrdMounts(root).flatMap((wanted) => {
      const found = whatLiesUnder(reader, mounts, wanted);
      const { purpose, required, entry } = wanted;
      const ofFstab = entry === undefined ? {} : { isInFstab: true };
      return found === undefined ? [] : [{ purpose, required, ...ofFstab, ...found }];
    }),
    ...swaps,
    // Most resume from a swap space that is in use.
    ...resumeDevice(reader).filter((stack) => !isSwap(stack)),
  ];
}

type Found = Omit<StorageStack, 'purpose' | 'required' | 'isInFstab'>;

function whatLiesUnder(
  reader: StorageReader,
  mounts: readonly Mount[],
  { purpose, required, entry }: InitrdMount,
): Found | undefined {
  const mount = mounts.findLast(
    ({ mountPoint, fileSystem }) => mountPoint === purpose && !isCover(purpose, fileSystem),
  );
  if (mount !== undefined) return ofMount(reader, mount);
  // A file system that is not mounted now will be when the machine boots.
  return entry === undefined || !required || purpose === '/' ? undefined : ofEntry(reader, entry);
}

// systemd.automount(5) waits at a mount point for the real one, systemd-sysext(8) lays itself over /usr.
function isCover(purpose: string, fileSystem: string): boolean {
  return fileSystem === 'autofs' || (fileSystem === 'overlay' && purpose !== '/');
}

function ofEntry(reader: StorageReader, entry: FstabEntry): Found {
  const { source, fileSystem } = entry;
  const [, tag, value] = /^(UUID|LABEL|PARTUUID|PARTLABEL)="?([^"]*)/.exec(source) ?? [];
  const name = tag?.endsWith('UUID') === true ? value?.toLowerCase() : value;
  const device = tag === undefined ? source : `/dev/disk/by-${tag.toLowerCase()}/${name ?? ''}`;
  return {
    source,
    fileSystem: fileSystem === 'auto' ? null : fileSystem,
    checksum: null,
    below: device.startsWith('/dev/')
      ? nodes(reader, directoryOfSource(reader.root, device))
      : imageFile(reader, entry),
  };
}

// A file system in a file gets a loop device when it is mounted (mount(8)).
function imageFile(reader: StorageReader, { source, options }: FstabEntry): readonly StorageNode[] {
  if (!source.startsWith('/') || !options.some((option) => /^loop(?:=|$)/.test(option))) return [];
  const below = reader.underFile(source);
  return [{ type: 'loop', device: 'loop', name: 'loop', file: source, below }];
}

/** The mount that holds a path: the last one on the nearest directory. */
function mountOf(mounts: readonly Mount[], path: string): Mount | undefined {
  const holds = ({ mountPoint }: Mount): boolean =>
    path.startsWith(mountPoint === '/' ? '/' : `${mountPoint}/`);
  const nearest = Math.max(...mounts.filter(holds).map(({ mountPoint }) => mountPoint.length), 0);
  return mounts.findLast((mount) => holds(mount) && mount.mountPoint.length === nearest);
}

const bare = { required: false, fileSystem: null, checksum: null } as const;

function ofMount(reader: StorageReader, mount: Mount): Found {
  const { root } = reader;
  const { fileSystem, source } = mount;
  const own = sysfsTarget(root, `sys/dev/block/${mount.device}`);
  const btrfs = fileSystem === 'btrfs' ? btrfsDirectory(root, source) : null;
  const directories = own === null ? directoriesOfSources(root, source, btrfs) : [own];
  return {
    source,
    fileSystem,
    checksum:
      btrfs === null
        ? null
        : // "crc32c (crc32c-intel)": the algorithm, and who calculates it here.
          (sysfsAttribute(root, `${btrfs}/checksum`)?.split(' ')[0] ?? null),
    below: directories.flatMap((directory) => nodes(reader, directory)),
  };
}

// btrfs may lie on many devices, and has a device number of its own; bcachefs lists them all as its source.
function directoriesOfSources(
  root: RootFiles,
  source: string,
  btrfs: string | null,
): readonly string[] {
  if (btrfs !== null) {
    return root.list(`${btrfs}/devices`).flatMap((name) => {
      const directory = sysfsTarget(root, `${btrfs}/devices/${name}`);
      return directory === null ? [] : [directory];
    });
  }
  if (!source.startsWith('/dev/')) return [];
  return source.split(':').flatMap((each) => directoryOfSource(root, each) ?? []);
}

function btrfsDirectory(root: RootFiles, source: string): string | null {
  const device = directoryOfSource(root, source)?.split('/').at(-1);
  if (device === undefined) return null;
  const found = root
    .list('sys/fs/btrfs')
    .find((uuid) => root.list(`sys/fs/btrfs/${uuid}/devices`).includes(device));
  return found === undefined ? null : `sys/fs/btrfs/${found}`;
}

/** The sysfs directory of a device file, also of one that has only its device-mapper name there. */
export function directoryOfSource(root: RootFiles, source: string): string | null {
  const name = source.replace(/^\/dev\//, '');
  const own = sysfsTarget(root, `sys/class/block/${name.replaceAll('/', '!')}`);
  if (own !== null) return own;
  // Where udev runs, /dev/mapper/NAME and /dev/VG/LV are links; in a captured tree they may be missing.
  const isLink = root.lstat(source)?.type === 'symlink';
  const linked = isLink ? root.readlink(source)?.split('/').at(-1) : undefined;
  if (linked !== undefined) return sysfsTarget(root, `sys/class/block/${linked}`);
  const [group = '', volume] = name.split('/');
  const mapped =
    group === 'mapper' ? volume : [group, volume ?? ''].map(doubled).join('-').replace(/-$/, '');
  const found = root
    .list('sys/class/block')
    .find((device) => sysfsAttribute(root, `sys/class/block/${device}/dm/name`) === mapped);
  return found === undefined ? null : sysfsTarget(root, `sys/class/block/${found}`);
}

// LVM joins group and volume by one dash, and doubles those in the names.
function doubled(name: string): string {
  return name.replaceAll('-', '--');
}

function swapSpaces(root: RootFiles): readonly string[] {
  return (root.readText('proc/swaps') ?? '')
    .split('\n')
    .slice(1)
    .flatMap((line) => {
      const [source = '', type] = line.split(/\s+/);
      return type === 'partition' && !source.startsWith('/dev/zram') ? [source] : [];
    });
}

function resumeDevice(reader: StorageReader): readonly StorageStack[] {
  const number = sysfsAttribute(reader.root, 'sys/power/resume');
  if (number === null || number === '0:0') return [];
  const directory = sysfsTarget(reader.root, `sys/dev/block/${number}`);
  if (directory === null) return [];
  return [
    {
      purpose: 'resume',
      isInFstab: false,
      source: number,
      ...bare,
      below: nodes(reader, directory),
    },
  ];
}

function nodes(reader: StorageReader, directory: string | null): readonly StorageNode[] {
  return directory === null ? [] : [blockNode(reader, directory)];
}
