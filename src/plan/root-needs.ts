import { indexAliases } from '../formats/modules-alias.ts';
import type { HostFacts } from '../model/facts.ts';
import type { RootNeed } from '../model/plan.ts';
import type { StorageNode } from '../model/storage.ts';
import { layerModulesOf } from './storage-modules.ts';

/**
 * What must be in the image, or built in, for /, /usr and all else that the boot waits for to be mounted: checked once
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
  const walk = (purpose: string, node: StorageNode): void => {
    for (const name of layerModulesOf(node)) note(`${node.type} under ${purpose}`, [name], true);
    if (node.type !== 'disk') {
      for (const each of node.below) walk(purpose, each);
      return;
    }
    for (const { bus, device, module, modalias } of node.drivers) {
      if (module === null) continue;
      const others = modalias === null ? [] : find(modalias);
      note(`${bus} ${device} under ${purpose}`, [module, ...others], false);
    }
  };
  for (const { purpose, required, fileSystem, below } of facts.storage) {
    if (!required) continue;
    // No list of the kernel has tmpfs, and a kernel without it is refused anyway.
    if (fileSystem !== null && fileSystem !== 'tmpfs') {
      note(
        `file system ${fileSystem} of ${purpose}`,
        [fileSystem, ...find(`fs-${fileSystem}`)],
        true,
      );
    }
    for (const node of below) walk(purpose, node);
  }
  return [...needs.values()].sort((a, b) => (a.what < b.what ? -1 : 1));
}
