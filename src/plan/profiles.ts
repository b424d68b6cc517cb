import type { StorageNode, StorageStack } from '../model/storage.ts';

/** Profiles that what lies under / and its like asks for; whether there is such a profile is the configuration's matter. */
export function suggestedProfiles(storage: readonly StorageStack[]): readonly string[] {
  const names = storage.flatMap(({ fileSystem, below }) => [
    ...(networkProfiles[fileSystem ?? ''] ?? []),
    ...below.flatMap(ofNode),
  ]);
  return [...new Set(names)].sort();
}

const networkProfiles: Readonly<Record<string, readonly string[]>> = {
  cifs: ['cifs'],
  nfs: ['nfs'],
  nfs4: ['nfs'],
  virtiofs: ['virtiofs'],
  zfs: ['zfs'],
};

const networkBuses: Readonly<Record<string, string>> = {
  iscsi_tcp: 'iscsi',
  nbd: 'nbd',
  nvme_tcp: 'nvmf',
  nvme_rdma: 'nvmf',
};

function ofNode(node: StorageNode): readonly string[] {
  switch (node.type) {
    case 'lvm':
    case 'raid':
    case 'multipath':
    case 'bcache':
      return [node.type, ...node.below.flatMap(ofNode)];
    case 'crypt':
      return [
        ...(node.format === 'verity' ? ['verity'] : []),
        ...(node.format.startsWith('luks') ? ['luks'] : []),
        ...node.below.flatMap(ofNode),
      ];
    case 'mapper':
    case 'partition':
    case 'loop':
      return node.below.flatMap(ofNode);
    case 'disk':
      return node.drivers.flatMap(({ module, driver }) => {
        const profile = networkBuses[module ?? driver ?? ''];
        return profile === undefined ? [] : [profile];
      });
    default:
      return node satisfies never;
  }
}
