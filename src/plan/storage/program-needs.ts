import type { ProgramNeed } from '../../model/plan.ts';
import type { StorageStack } from '../../model/storage.ts';
import { fileSystem } from './file-systems.ts';
import { layerNeeds, layersOf } from './layers.ts';

/**
 * Programs without which a layer under / or what else the boot waits for does not come up: checked once more in the
 * finished image, whatever has chosen its packages.
 */
export function programNeeds(storage: readonly StorageStack[]): readonly ProgramNeed[] {
  const needs = new Map<string, ProgramNeed>();
  const note = (what: string, programs: readonly string[]): void => {
    if (programs.length > 0) needs.set(`${what} ${programs.join()}`, { what, anyOf: programs });
  };
  for (const { purpose, fileSystem: name, below } of storage.filter(({ required }) => required)) {
    note(`file system ${name} of ${purpose}`, fileSystem(name).programs ?? []);
    for (const node of below.flatMap((each) => [...layersOf(each)])) {
      note(`${node.type} under ${purpose}`, layerNeeds(node).programs);
    }
  }
  return [...needs].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, need]) => need);
}
