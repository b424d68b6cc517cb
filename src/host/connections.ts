import type { Connection, HostFile } from '../model/facts.ts';
import type { RootFiles } from '../model/sys.ts';

/** What connects disks of other machines in the initrd without a word of the kernel's command line. */
export function readConnections(
  root: RootFiles,
  taken: readonly HostFile[],
): readonly Connection[] {
  const paths = new Set(taken.map(({ path }) => path));
  const files = ofFiles.filter(
    ({ from, says }) => paths.has(from) && says.test(root.readText(from.slice(1)) ?? ''),
  );
  const isTableThere = root.stat(table.slice(1)) !== undefined;
  return [
    ...files.map(({ type, from }) => ({ type, from })),
    ...(isTableThere ? [{ type: 'nvmf', from: table } as const] : []),
  ];
}

const table = '/sys/firmware/acpi/tables/NBFT';

// As the scripts of the profiles look for it.
const ofFiles = [
  {
    type: 'iscsi',
    from: '/etc/iscsi/iscsi.initramfs',
    says: /^[ \t]*(?:export[ \t]+)?ISCSI_(?:AUTO|TARGET_NAME)=/m,
  },
  { type: 'nvmf', from: '/etc/nvme/config.json', says: /^/ },
  { type: 'nvmf', from: '/etc/nvme/discovery.conf', says: /^[^#\n]/m },
] as const;
