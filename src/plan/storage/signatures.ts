import { fileSystem } from './file-systems.ts';

/** What lies on a disk, by its name at blkid(8), and what brings it up: the other way into the tables of layers and file systems. */
export function needsOfSignature(type: string): {
  readonly profile?: string | undefined;
  readonly module?: string | undefined;
  readonly isFileSystem: boolean;
} {
  const layer = layers.get(type);
  if (layer !== undefined) return { ...layer, isFileSystem: false };
  const { profile } = fileSystem(type);
  return { profile, module: type.replaceAll('-', '_'), isFileSystem: true };
}

const raid = { profile: 'raid', module: 'md_mod' };

interface Layer {
  readonly profile: string;
  readonly module?: string;
}

const layers: ReadonlyMap<string, Layer> = new Map<string, Layer>([
  ['crypto_LUKS', { profile: 'cryptsetup', module: 'dm_crypt' }],
  ['BitLocker', { profile: 'cryptsetup', module: 'dm_crypt' }],
  ['DM_verity_hash', { profile: 'cryptsetup', module: 'dm_verity' }],
  ['DM_integrity', { profile: 'cryptsetup', module: 'dm_integrity' }],
  ['LVM2_member', { profile: 'lvm', module: 'dm_mod' }],
  ['linux_raid_member', raid],
  ['isw_raid_member', raid],
  ['ddf_raid_member', raid],
  ['mpath_member', { profile: 'multipath', module: 'dm_multipath' }],
  ['bcache', { profile: 'bcache', module: 'bcache' }],
  // All disks of a pool say so, and none of them is what is mounted.
  ['zfs_member', { profile: 'zfs' }],
]);
