import { LUKS_HEADER_BYTES, parseLuksHeader } from '../formats/luks.ts';
import { BuildError } from '../model/errors.ts';
import type { StorageNode } from '../model/storage.ts';
import type { RootFiles, Sys } from '../model/sys.ts';
import { driversOfDisk } from './storage-drivers.ts';
import { sysfsAttribute, sysfsTarget } from './sysfs.ts';

export interface StorageReader {
  readonly sys: Pick<Sys, 'open'>;
  readonly root: RootFiles;
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
  if (file !== null) return { type: 'loop', device, name: device, file, below: [] };
  return { type: 'disk', device, drivers: driversOfDisk(root, directory) };
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

function encrypted(reader: StorageReader, layer: Mapped, kind: string): StorageNode {
  if (kind === 'VERITY') return { type: 'crypt', format: 'verity', algorithms: [], ...layer };
  if (kind === 'INTEGRITY') return { type: 'crypt', format: 'integrity', algorithms: [], ...layer };
  const format = kind === 'LUKS1' ? 'luks1' : kind === 'LUKS2' ? 'luks2' : 'plain';
  const algorithms = layer.below.flatMap(({ device }) => luksAlgorithms(reader, device));
  return { type: 'crypt', format, algorithms: [...new Set(algorithms)].sort(), ...layer };
}

function luksAlgorithms({ sys, root }: StorageReader, device: string): readonly string[] {
  const path = `/dev/${device}`;
  if (root.stat(path) === undefined) return [];
  try {
    const file = sys.open(root.resolve(path));
    try {
      const header = parseLuksHeader(file.read(0, LUKS_HEADER_BYTES));
      return header === undefined ? [] : [...header.ciphers, ...header.hashes];
    } finally {
      file.close();
    }
  } catch (error) {
    // Not root, or an empty device: the drop-ins' list of ciphers has to do.
    if (error instanceof BuildError) return [];
    throw error;
  }
}
