import type { LayerSigns } from '../../model/boot-record.ts';
import { fileSystem } from './file-systems.ts';

/** What lies on a disk, by its name at blkid(8), and what brings it up: the other way into the tables of layers and file systems. */
export function needsOfSignature(type: string): {
  readonly profile?: string | undefined;
  readonly module?: string | undefined;
  readonly isFileSystem: boolean;
  readonly layer?: LayerSigns | undefined;
} {
  const found = signatures.get(type);
  if (found !== undefined) return { ...found, isFileSystem: false };
  const { profile } = fileSystem(type);
  return { profile, module: type.replaceAll('-', '_'), isFileSystem: true };
}

const encrypted: LayerSigns = {
  node: 'crypt',
  words:
    /(?:^| )(?:rd\.)?(?:luks|veritytab|integritytab|systemd\.verity)|cryptdevice=|roothash=|\/dev\/mapper\//,
};
const volumes: LayerSigns = {
  node: 'lvm',
  words: /(?:^| )rd\.lvm|\/dev\/(?:mapper|(?!disk\/|mapper\/|md\/)[^/ ]+)\/[^/ ]/,
};
const raid = {
  profile: 'raid',
  module: 'md_mod',
  layer: { node: 'raid', words: /(?:^| )(?:rd\.md|md=|mdadm)|\/dev\/md/ },
};
const paths: LayerSigns = { node: 'multipath', words: /(?:^| )rd\.multipath|\/dev\/mapper\// };
const cached: LayerSigns = { node: 'bcache', words: /\/dev\/bcache/ };
const pool: LayerSigns = { node: 'zfs', words: /(?:^| )(?:root=)?zfs[=:]/i };

interface Signature {
  readonly profile: string;
  readonly module?: string;
  readonly layer: LayerSigns;
}

const signatures: ReadonlyMap<string, Signature> = new Map<string, Signature>([
  ['crypto_LUKS', { profile: 'cryptsetup', module: 'dm_crypt', layer: encrypted }],
  ['BitLocker', { profile: 'cryptsetup', module: 'dm_crypt', layer: encrypted }],
  ['DM_verity_hash', { profile: 'cryptsetup', module: 'dm_verity', layer: encrypted }],
  ['DM_integrity', { profile: 'cryptsetup', module: 'dm_integrity', layer: encrypted }],
  ['LVM2_member', { profile: 'lvm', module: 'dm_mod', layer: volumes }],
  ['linux_raid_member', raid],
  ['isw_raid_member', raid],
  ['ddf_raid_member', raid],
  ['mpath_member', { profile: 'multipath', module: 'dm_multipath', layer: paths }],
  ['bcache', { profile: 'bcache', module: 'bcache', layer: cached }],
  // All disks of a pool say so, and none of them is what is mounted.
  ['zfs_member', { profile: 'zfs', layer: pool }],
]);
