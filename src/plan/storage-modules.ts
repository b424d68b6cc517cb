import type { StorageNode, StorageStack } from '../model/storage.ts';

/** A module's name or alias that a part of the storage asks for. */
export interface StorageWant {
  readonly name: string;
  readonly from: string;
}

/** What has to be loaded for all that the initrd mounts and swap: file systems, layers with their algorithms, drivers down to the bus. */
export function storageWants(storage: readonly StorageStack[]): readonly StorageWant[] {
  return storage.flatMap(({ purpose, fileSystem, checksum, below }) => {
    const want = (what: string, names: readonly string[]): readonly StorageWant[] =>
      names.map((name) => ({ name, from: `under ${purpose}: ${what}` }));
    const walk = (node: StorageNode): readonly StorageWant[] => {
      switch (node.type) {
        case 'disk':
          return node.drivers.flatMap(({ device, bus, driver, module, modalias, role }) =>
            want(`${role === 'supplier' ? 'supplier ' : ''}${bus} ${device}`, [
              ...(module === null ? driverNames(driver) : [module]),
              ...(modalias === null ? [] : [modalias]),
            ]),
          );
        case 'loop':
          return want(`loop ${node.file}`, layerModulesOf(node));
        case 'crypt':
          return [
            ...want(`${node.format} ${node.name}`, [
              ...layerModulesOf(node),
              ...node.algorithms.flatMap(algorithmAliases),
            ]),
            ...node.below.flatMap(walk),
          ];
        case 'raid':
        case 'lvm':
        case 'mapper':
        case 'multipath':
        case 'bcache':
        case 'partition':
          return [
            ...want(`${node.type === 'raid' ? node.level : node.type} ${node.name}`, [
              ...layerModulesOf(node),
              ...(node.type === 'multipath' ? pathSelectors : []),
            ]),
            ...node.below.flatMap(walk),
          ];
        default:
          return node satisfies never;
      }
    };
    return [
      ...(fileSystem === null
        ? []
        : want(`file system ${fileSystem}`, [fileSystem.replaceAll('-', '_'), `fs-${fileSystem}`])),
      ...(checksum === null ? [] : want(`checksum ${checksum}`, [`crypto-${checksum}`])),
      ...below.flatMap(walk),
    ];
  });
}

/** The modules without which a layer itself does not come up. */
export function layerModulesOf(node: StorageNode): readonly string[] {
  switch (node.type) {
    case 'crypt':
      return [cryptModules[node.format]];
    case 'raid':
      return ['md_mod', raidModules.get(node.level) ?? node.level];
    case 'lvm':
    case 'mapper':
      return ['dm_mod'];
    case 'multipath':
      return ['dm_multipath'];
    case 'bcache':
    case 'loop':
      return [node.type];
    case 'partition':
    case 'disk':
      return [];
    default:
      return node satisfies never;
  }
}

const pathSelectors = ['dm_service_time', 'dm_queue_length', 'dm_round_robin'];

const cryptModules = {
  luks1: 'dm_crypt',
  luks2: 'dm_crypt',
  plain: 'dm_crypt',
  verity: 'dm_verity',
  integrity: 'dm_integrity',
} as const;

// Three levels are one module, and carry its aliases only as numbers.
const raidModules: ReadonlyMap<string, string> = new Map([
  ['raid4', 'raid456'],
  ['raid5', 'raid456'],
  ['raid6', 'raid456'],
]);

// A driver that is built in has no link to a module; its name is often the module's.
function driverNames(driver: string | null): readonly string[] {
  return driver === null ? [] : [driver.replaceAll('-', '_')];
}

/**
 * `aes-cbc-essiv:sha256`, `hmac(sha256)`: the kernel asks for each word as `crypto-WORD`, and for `essiv` and the like
 * too. `sha3-256` is one word.
 */
function algorithmAliases(algorithm: string): readonly string[] {
  return algorithm
    .split(/-(?!\d)|[:()]/)
    .filter((word) => /^[a-z]/.test(word) && !/^plain(?:64)?$/.test(word))
    .map((word) => `crypto-${word}`);
}
