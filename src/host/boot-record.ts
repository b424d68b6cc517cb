import { parseBootRecord } from '../formats/boot-record.ts';
import type { BootRecord } from '../model/boot-record.ts';
import type { RootFiles } from '../model/sys.ts';

/** Where collect-record of pkginitrd-record.service puts the record of a boot that failed. */
const record = '/var/lib/pkginitrd/boot-record';
/** There as long as nobody has read that one. */
const unread = `${record}.unread`;

const variables = '/sys/firmware/efi/efivars';
// efivarfs(5).
const attributeBytes = 4;

/** A record, and the file that it was read from; one that is no whole record has none. */
export interface FoundRecord {
  readonly file: string;
  readonly record: BootRecord | undefined;
}

/** The record of the last boot that failed: as it was collected, or else where that boot left it. Undefined where there is none. */
export function readBootRecord(root: RootFiles): FoundRecord | undefined {
  for (const { file, skip } of places(root)) {
    const bytes = root.readBytes(file);
    if (bytes === undefined || bytes.length === 0) continue;
    return { file, record: parseBootRecord(bytes.subarray(skip)) };
  }
  return undefined;
}

/** True where a boot has failed, and nobody has looked at why. */
export function isUnread(root: RootFiles): boolean {
  return root.stat(unread) !== undefined;
}

export function markRead(root: RootFiles): void {
  if (isUnread(root)) root.remove(unread);
}

// A boot of now may not be over.
function places(root: RootFiles): readonly { readonly file: string; readonly skip: number }[] {
  const left = root
    .list(variables)
    .filter((name) => name.startsWith('PkginitrdBootRecord-'))
    .map((name) => ({ file: `${variables}/${name}`, skip: attributeBytes }));
  const esps = ['/efi', '/boot', '/boot/efi'].map((esp) => ({
    file: `${esp}/pkginitrd-boot-record`,
    skip: 0,
  }));
  return [...left, ...esps, { file: record, skip: 0 }];
}
