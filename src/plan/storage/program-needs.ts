import type { ProgramNeed } from '../../model/plan.ts';
import type { StorageStack } from '../../model/storage.ts';
import { layerNeeds, layersOf } from './layers.ts';

/**
 * Programs without which a layer under / or what else the boot waits for does not come up: checked once more in the
 * finished image, whatever has chosen its packages.
 */
export function programNeeds(storage: readonly StorageStack[]): readonly ProgramNeed[] {
  const needs = new Map<string, ProgramNeed>();
  for (const { purpose, below } of storage.filter(({ required }) => required)) {
    for (const node of below.flatMap((each) => [...layersOf(each)])) {
      const { programs } = layerNeeds(node);
      if (programs.length === 0) continue;
      const what = `${node.type} under ${purpose}`;
      needs.set(`${what} ${programs.join()}`, { what, anyOf: programs });
    }
  }
  return [...needs].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, need]) => need);
}
