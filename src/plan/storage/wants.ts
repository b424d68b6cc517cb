import type { LayerName, UnderReason } from '../../model/reason.ts';
import type { StorageNode, StorageStack } from '../../model/storage.ts';
import { fileSystem } from './file-systems.ts';
import { layerNeeds, layersOf } from './layers.ts';

/** A module's name or alias that a part of the storage asks for. */
export interface StorageWant {
  readonly name: string;
  readonly from: UnderReason;
}

/** Modules of the storage under all mounts of the initrd and swap: file systems, layers with their algorithms, drivers down to the bus. */
export function storageWants(storage: readonly StorageStack[]): readonly StorageWant[] {
  return storage.flatMap(({ purpose, fileSystem: name, checksum, below }) => {
    const want = (layer: LayerName, names: readonly string[]): readonly StorageWant[] =>
      names.map((name) => ({ name, from: { type: 'under', purpose, layer } }));
    const wantsOf = (node: StorageNode): readonly StorageWant[] => {
      const { name: layer, modules, asksFor } = layerNeeds(node);
      return [...want(layer, [...modules, ...asksFor]), ...driverWants(node, want)];
    };
    return [
      ...(name === null
        ? []
        : want({ type: 'file system', name }, [
            name.replaceAll('-', '_'),
            `fs-${name}`,
            ...(fileSystem(name).asksFor ?? []),
          ])),
      ...(checksum === null
        ? []
        : want({ type: 'checksum', name: checksum }, [`crypto-${checksum}`])),
      ...below.flatMap((node) => [...layersOf(node)].flatMap(wantsOf)),
    ];
  });
}

function driverWants(
  node: StorageNode,
  want: (layer: LayerName, names: readonly string[]) => readonly StorageWant[],
): readonly StorageWant[] {
  if (node.type !== 'disk') return [];
  return node.drivers.flatMap(({ device, bus, driver, module, modalias, role }) =>
    want({ type: 'driver', role, bus, name: device }, [
      ...(module === null ? driverNames(driver) : [module]),
      ...(modalias === null ? [] : [modalias]),
    ]),
  );
}

// A driver that is built in has no link to a module; its name is often the module's.
function driverNames(driver: string | null): readonly string[] {
  return driver === null ? [] : [driver.replaceAll('-', '_')];
}
