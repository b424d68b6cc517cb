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

/** Eight times what a boot writes. The ESP is open to other systems. */
const mostBytes = 64 * 1024;

export interface FoundRecord {
  /** Undefined where there is none. */
  readonly record: BootRecord | undefined;
  /** Sentences about files in its places that are none, and were passed over. */
  readonly problems: readonly string[];
}

/** The record of the last boot that failed: where that boot left it, or else as it was collected. */
export function readBootRecord(root: RootFiles): FoundRecord {
  const problems: string[] = [];
  for (const { file, skip } of places(root)) {
    const found = root.lstat(file);
    if (found === undefined || (found.type === 'file' && found.size === 0)) continue;
    const isSmall = found.type === 'file' && found.size <= mostBytes;
    const bytes = isSmall ? root.readBytes(file) : undefined;
    const record = bytes === undefined ? undefined : parseBootRecord(bytes.subarray(skip));
    if (record !== undefined) return { record, problems };
    problems.push(`Cannot read "${file}": it is no whole record of a boot`);
  }
  return { record: undefined, problems };
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
