import { indexAliases } from '../../formats/modules-alias.ts';
import type { HostFacts } from '../../model/facts.ts';
import type { RootNeed } from '../../model/plan.ts';
import { renamedModules } from '../renamed-modules.ts';
import { fileSystem } from './file-systems.ts';
import { layerNeeds, layersOf } from './layers.ts';

/**
 * Modules that must be in the image, or built in, for everything that the boot waits for to be mounted: checked once
 * more in the finished image. Suppliers of clocks and power are not strict, since another may have taken their place.
 */
export function rootNeeds(facts: HostFacts): readonly RootNeed[] {
  return storageNeeds(facts)
    .filter(({ required }) => required)
    .map(({ what, anyOf, strict }) => ({ what, anyOf, strict }));
}

/** A module that something of the storage needs. */
export interface StorageNeed extends RootNeed {
  /** True where the boot waits for what lies on it. */
  readonly required: boolean;
  /** The modalias or name by which the kernel or udev asks for it; null where that is not known. */
  readonly request: string | null;
}

/** The needs of all mounts of the initrd, and of swap. */
export function storageNeeds(facts: HostFacts): readonly StorageNeed[] {
  const { modules } = facts.kernel;
  // A kernel without any list has everything built in, and nothing tells what that is.
  if (modules.paths.size === 0 && modules.builtin.size === 0) return [];
  const find = indexAliases(modules.aliases);
  const needs = new Map<string, StorageNeed>();
  for (const { purpose, required, fileSystem: name, below } of facts.storage) {
    const note = (
      what: string,
      names: readonly string[],
      { strict, request }: Pick<StorageNeed, 'strict' | 'request'>,
    ): void => {
      const key = `${what} ${purpose}`;
      const anyOf = [...new Set(names)].sort();
      if (!needs.has(key)) needs.set(key, { what: key, anyOf, strict, required, request });
    };
    // A kernel without such a file system is refused anyway.
    if (name !== null && name !== 'auto' && fileSystem(name).isInEveryKernel !== true) {
      const request = `fs-${name}`;
      const alias = request.replaceAll('-', '_');
      const builtin = [...modules.builtinInfo].filter(([, info]) => info.aliases.includes(alias));
      const names = [
        name.replaceAll('-', '_'),
        ...find(request),
        ...builtin.map(([module]) => module),
      ];
      note(`file system ${name} of`, names, { strict: true, request });
    }
    for (const node of below.flatMap((each) => [...layersOf(each)])) {
      for (const module of layerNeeds(node).modules) {
        note(`${node.type} ${module} under`, [module], { strict: true, request: module });
      }
      if (node.type !== 'disk') continue;
      for (const { bus, device, module, modalias, role } of node.drivers) {
        if (module === null) continue;
        const others = modalias === null ? [] : find(modalias);
        const names = [module, ...others, ...renamed(module)];
        const strict = role === 'parent';
        note(`${bus} ${device} under`, names, { strict, request: modalias });
      }
    }
  }
  return [...needs.values()].sort((a, b) => (a.what < b.what ? -1 : 1));
}

/** The names that a module has had in other kernels. */
function renamed(module: string): readonly string[] {
  return renamedModules.filter((names) => names.includes(module)).flat();
}
