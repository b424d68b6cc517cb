import type { StorageNode, Transport } from '../../model/storage.ts';
import { fileSystemsOf } from './file-systems.ts';
import { layerNeeds, tokenProfiles } from './layers.ts';

/** The storage for which a profile is used unasked, in words: what the table of layers says of one layer of each kind. */
export function profileUses(profile: string): readonly string[] {
  return [
    ...fileSystemsOf(profile).map((name) => `the file system ${name}`),
    ...specimens
      .filter(([, node]) => layerNeeds(node).profiles.includes(profile))
      .map(([words]) => words),
  ];
}

const layer = { device: 'x', name: 'x', below: [] } as const;

const luks = { ...layer, type: 'crypt', format: 'luks2', algorithms: [] } as const;

const specimens: readonly (readonly [words: string, node: StorageNode])[] = [
  ['encrypted devices', { ...luks, tokens: [] }],
  ...[...tokenProfiles.keys()].map(
    (token) => [`LUKS devices with a token of ${token}`, { ...luks, tokens: [token] }] as const,
  ),
  ['LVM', { ...layer, type: 'lvm' }],
  ['thin or cached volumes of LVM', { ...layer, type: 'lvm', name: 'vg-pool-tpool' }],
  ['RAID by md', { ...layer, type: 'raid', level: 'raid1' }],
  ['multipath', { ...layer, type: 'multipath' }],
  ['other devices of the device mapper', { ...layer, type: 'mapper' }],
  ['bcache', { ...layer, type: 'bcache' }],
  ['disks by iSCSI', disk('iscsi')],
  ['network block devices', disk('nbd')],
  ['NVMe disks over a network', disk('nvmf')],
];

function disk(type: Transport['type']): StorageNode {
  return { type: 'disk', device: 'x', drivers: [], transport: { type, by: 'x' } };
}
