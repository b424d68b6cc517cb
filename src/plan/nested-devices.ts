// Encrypted devices that lie on other encrypted ones.
import { deviceUnit, unitWord } from '../formats/unit-name.ts';
import type { HostFacts } from '../model/facts.ts';
import type { HostEntry } from '../model/plan.ts';
import type { Reason } from '../model/reason.ts';
import type { StorageNode } from '../model/storage.ts';
import { layersOf } from './storage/layers.ts';

/**
 * systemd waits 90 s for the device of an encrypted one, while somebody may still be looking for the passphrase of what it lies on.
 * By these drop-ins it begins to wait when that is set up.
 */
export function nestedDevices(facts: HostFacts): readonly HostEntry[] {
  const entries = new Map<string, HostEntry>();
  for (const { below } of facts.storage) {
    for (const node of below.flatMap((each) => [...layersOf(each)])) {
      const outer = isAsked(node) ? node.below.flatMap((each) => [...layersOf(each)]) : [];
      const names = [...new Set(outer.filter(isAsked).map(({ name }) => name))].sort();
      if (!isAsked(node) || names.length === 0) continue;
      for (const { device, from } of opened(facts, node.name)) {
        const unit = deviceUnit(device);
        if (unit === undefined) continue;
        const path = `etc/systemd/system/${unit}.d/40-pkginitrd-nested.conf`;
        const after = names.map((name) => `After=systemd-cryptsetup@${unitWord(name)}.service\n`);
        const text = `[Unit]\n${after.join('')}`;
        entries.set(path, {
          path,
          mode: 0o644,
          content: { type: 'text', text },
          secret: false,
          from,
        });
      }
    }
  }
  return [...entries.values()];
}

type CryptNode = Extract<StorageNode, { readonly type: 'crypt' }>;

function isAsked(node: StorageNode): node is CryptNode {
  return node.type === 'crypt' && node.format !== 'verity' && node.format !== 'integrity';
}

/** By which names the device of an encrypted one is waited for: that of crypttab, and the UUID of the kernel's command line. */
function opened(
  { crypttab, commandLine }: HostFacts,
  name: string,
): readonly { readonly device: string; readonly from: Reason }[] {
  return [
    ...crypttab
      .filter((entry) => entry.name === name)
      .map(({ device }) => ({ device, from: { type: 'crypttab entry', entry: name } as const })),
    ...commandLine.flatMap((option) => {
      const [, uuid, given] =
        /^(?:rd\.)?luks\.(?:uuid|name)=(?:luks-)?([^=]+)(?:=(.+))?$/.exec(option) ?? [];
      if (uuid === undefined || (given ?? `luks-${uuid}`) !== name) return [];
      return [{ device: `UUID=${uuid}`, from: { type: 'kernel option', option } as const }];
    }),
  ];
}
