import { indexAliases } from '../../formats/modules-alias.ts';
import type { HostFacts } from '../../model/facts.ts';
import type { RootNeed } from '../../model/plan.ts';
import type { StorageNode, StorageStack } from '../../model/storage.ts';
import { fileSystem } from './file-systems.ts';
import { layerNeeds, layersOf } from './layers.ts';

/**
 * Modules that must be in the image, or built in, for everything that the boot waits for to be mounted: checked once
 * more in the finished image. A file system or layer that this kernel has as a module is indispensable; of a bus's driver
 * another may have taken the place.
 */
export function rootNeeds(facts: HostFacts): readonly RootNeed[] {
  const { modules } = facts.kernel;
  const find = indexAliases(modules.aliases);
  const known = new Set([...modules.paths.values()].map(({ name }) => name));
  const needs = new Map<string, RootNeed>();
  const note = (what: string, names: readonly string[], isLayer: boolean): void => {
    const anyOf = [...new Set(names)].sort();
    needs.set(what, { what, anyOf, strict: isLayer && anyOf.some((name) => known.has(name)) });
  };
  const noteLayer = (purpose: string, node: StorageNode): void => {
    for (const name of layerNeeds(node).modules)
      note(`${node.type} under ${purpose}`, [name], true);
    if (node.type !== 'disk') return;
    for (const { bus, device, module, modalias } of node.drivers) {
      if (module === null) continue;
      const others = modalias === null ? [] : find(modalias);
      note(`${bus} ${device} under ${purpose}`, [module, ...others], false);
    }
  };
  for (const { purpose, fileSystem: name, below } of facts.storage.filter(isRequired)) {
    // A kernel without such a file system is refused anyway.
    if (name !== null && fileSystem(name).isInEveryKernel !== true) {
      note(`file system ${name} of ${purpose}`, [name, ...find(`fs-${name}`)], true);
    }
    for (const node of below.flatMap((each) => [...layersOf(each)])) noteLayer(purpose, node);
  }
  return [...needs.values()].sort((a, b) => (a.what < b.what ? -1 : 1));
}

function isRequired({ required }: StorageStack): boolean {
  return required;
}
