import type { ProgramNeed } from '../model/plan.ts';
import type { StorageNode, StorageStack } from '../model/storage.ts';

/**
 * Programs without which a layer under / or what else the boot waits for does not come up: checked once more in the
 * finished image, whatever has chosen its packages.
 */
export function programNeeds(storage: readonly StorageStack[]): readonly ProgramNeed[] {
  const needs = new Map<string, ProgramNeed>();
  const walk = (purpose: string, node: StorageNode): void => {
    const programs = programsOf(node);
    if (programs.length > 0) {
      const what = `${node.type} under ${purpose}`;
      needs.set(`${what} ${programs.join()}`, { what, anyOf: programs });
    }
    if (node.type !== 'disk') for (const each of node.below) walk(purpose, each);
  };
  for (const { purpose, required, below } of storage) {
    if (required) for (const node of below) walk(purpose, node);
  }
  return [...needs].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, need]) => need);
}

/** Any of these names will do, wherever programs lie. */
function programsOf(node: StorageNode): readonly string[] {
  switch (node.type) {
    case 'crypt':
      return cryptPrograms[node.format];
    case 'lvm':
      return ['lvm'];
    case 'raid':
      return ['mdadm'];
    case 'multipath':
    case 'mapper':
    case 'bcache':
    case 'loop':
    case 'partition':
    case 'disk':
      return [];
    default:
      return node satisfies never;
  }
}

const cryptPrograms = {
  luks1: ['systemd-cryptsetup', 'cryptsetup'],
  luks2: ['systemd-cryptsetup', 'cryptsetup'],
  plain: ['systemd-cryptsetup', 'cryptsetup'],
  verity: ['systemd-veritysetup', 'veritysetup'],
  integrity: ['systemd-integritysetup', 'integritysetup'],
} as const;
