import { indexAliases } from '../../formats/modules-alias.ts';
import type { HostFacts } from '../../model/facts.ts';
import type { RootNeed } from '../../model/plan.ts';
import type { StorageNode, StorageStack } from '../../model/storage.ts';
import { renamedModules } from '../renamed-modules.ts';
import { fileSystem } from './file-systems.ts';
import { layerNeeds, layersOf } from './layers.ts';

/**
 * Modules that must be in the image, or built in, for everything that the boot waits for to be mounted: checked once
 * more in the finished image. Suppliers of clocks and power are not strict, since another may have taken their place.
 */
export function rootNeeds(facts: HostFacts): readonly RootNeed[] {
  const { modules } = facts.kernel;
  // A kernel without any list has everything built in, and nothing tells what that is.
  if (modules.paths.size === 0 && modules.builtin.size === 0) return [];
  const find = indexAliases(modules.aliases);
  const needs = new Map<string, RootNeed>();
  const note = (what: string, names: readonly string[], strict: boolean): void => {
    needs.set(what, { what, anyOf: [...new Set(names)].sort(), strict });
  };
  const noteLayer = (purpose: string, node: StorageNode): void => {
    const { modules: names } = layerNeeds(node);
    for (const name of names) note(`${node.type} ${name} under ${purpose}`, [name], true);
    if (node.type !== 'disk') return;
    for (const { bus, device, module, modalias, role } of node.drivers) {
      if (module === null) continue;
      const others = modalias === null ? [] : find(modalias);
      const names = [module, ...others, ...renamed(module)];
      note(`${bus} ${device} under ${purpose}`, names, role === 'parent');
    }
  };
  for (const { purpose, fileSystem: name, below } of facts.storage.filter(isRequired)) {
    // A kernel without such a file system is refused anyway.
    if (name !== null && name !== 'auto' && fileSystem(name).isInEveryKernel !== true) {
      const alias = `fs-${name}`.replaceAll('-', '_');
      const builtin = [...modules.builtinInfo].filter(([, info]) => info.aliases.includes(alias));
      const names = [
        name.replaceAll('-', '_'),
        ...find(`fs-${name}`),
        ...builtin.map(([module]) => module),
      ];
      note(`file system ${name} of ${purpose}`, names, true);
    }
    for (const node of below.flatMap((each) => [...layersOf(each)])) noteLayer(purpose, node);
  }
  return [...needs.values()].sort((a, b) => (a.what < b.what ? -1 : 1));
}

/** The names that a module has had in other kernels. */
function renamed(module: string): readonly string[] {
  return renamedModules.filter((names) => names.includes(module)).flat();
}

function isRequired({ required }: StorageStack): boolean {
  return required;
}
