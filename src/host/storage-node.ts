import type { StorageNode } from '../model/storage.ts';
import type { RootFiles, Sys } from '../model/sys.ts';
import { readLuksHeader, readVeritySuperblock } from './disk-headers.ts';
import { driversOfDisk, transportOfDisk } from './storage-drivers.ts';
import { sysfsAttribute, sysfsTarget } from './sysfs.ts';

export interface StorageReader {
  readonly sys: Pick<Sys, 'openDisk'>;
  readonly root: RootFiles;
  /** The layers under the file system that holds a file of the host. */
  readonly underFile: (path: string) => readonly StorageNode[];
}

/** A block device's directory in sysfs (Documentation/ABI/stable/sysfs-block) as a layer, with all that it lies on. */
export function blockNode(reader: StorageReader, directory: string): StorageNode {
  const { root } = reader;
  const device = directory.slice(directory.lastIndexOf('/') + 1).replaceAll('!', '/');
  const attribute = (name: string): string | null => sysfsAttribute(root, `${directory}/${name}`);
  if (attribute('partition') !== null) {
    const disk = directory.slice(0, directory.lastIndexOf('/'));
    return { type: 'partition', device, name: device, below: [blockNode(reader, disk)] };
  }
  const below = root.list(`${directory}/slaves`).flatMap((name) => {
    const slave = sysfsTarget(root, `${directory}/slaves/${name}`);
    return slave === null ? [] : [blockNode(reader, slave)];
  });
  const uuid = attribute('dm/uuid');
  const name = attribute('dm/name');
  if (name !== null) return mapped(reader, { device, name, below }, uuid ?? '');
  const level = attribute('md/level');
  if (level !== null) return { type: 'raid', device, name: device, level, below };
  if (device.startsWith('bcache')) return { type: 'bcache', device, name: device, below };
  const file = attribute('loop/backing_file');
  if (file !== null) {
    return { type: 'loop', device, name: device, file, below: reader.underFile(file) };
  }
  const transport = transportOfDisk(root, directory);
  return {
    type: 'disk',
    device,
    drivers: driversOfDisk(root, directory),
    ...(transport === undefined ? {} : { transport }),
  };
}

interface Mapped {
  readonly device: string;
  readonly name: string;
  readonly below: readonly StorageNode[];
}

// The prefixes are agreed between the programs that use device-mapper (libdevmapper.h, dm_task_set_uuid).
function mapped(reader: StorageReader, layer: Mapped, uuid: string): StorageNode {
  const crypt = /^CRYPT-(?:SUBDEV-)?([A-Z0-9]+)-/.exec(uuid)?.[1];
  if (crypt !== undefined) return encrypted(reader, layer, crypt);
  if (uuid.startsWith('LVM-')) return { type: 'lvm', ...layer };
  if (uuid.startsWith('mpath-')) return { type: 'multipath', ...layer };
  return { type: 'mapper', ...layer };
}

function encrypted({ sys, root }: StorageReader, layer: Mapped, kind: string): StorageNode {
  if (kind === 'INTEGRITY') {
    return { type: 'crypt', format: 'integrity', algorithms: [], tokens: [], ...layer };
  }
  const format = cryptFormats.get(kind) ?? 'plain';
  const read = format === 'verity' ? readVeritySuperblock : readLuksHeader;
  const headers = layer.below.map(({ device }) => read(sys, root, device));
  return {
    type: 'crypt',
    format,
    algorithms: unique(headers.flatMap(({ algorithms }) => algorithms)),
    tokens: unique(headers.flatMap(({ tokens }) => tokens)),
    ...layer,
  };
}

function unique(words: readonly string[]): readonly string[] {
  return [...new Set(words)].sort();
}

const cryptFormats: ReadonlyMap<string, 'luks1' | 'luks2' | 'verity'> = new Map([
  ['LUKS1', 'luks1'],
  ['LUKS2', 'luks2'],
  ['VERITY', 'verity'],
]);
