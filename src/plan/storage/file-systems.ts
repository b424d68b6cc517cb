/** A file system that needs more than its module, or has no disk below it. */
interface FileSystem {
  readonly profile?: string;
  /** True where no disk lies below by its nature; any other one without a disk was not seen to its end. */
  readonly isDiskless?: boolean;
  /** True where the kernel has it in any case and lists it nowhere. */
  readonly isInEveryKernel?: boolean;
}

const fileSystems: ReadonlyMap<string, FileSystem> = new Map<string, FileSystem>([
  ['9p', { isDiskless: true }],
  ['btrfs', { profile: 'btrfs' }],
  ['cifs', { profile: 'cifs', isDiskless: true }],
  ['nfs', { profile: 'nfs', isDiskless: true }],
  ['nfs4', { profile: 'nfs', isDiskless: true }],
  ['ramfs', { isDiskless: true, isInEveryKernel: true }],
  ['smb3', { isDiskless: true }],
  ['tmpfs', { isDiskless: true, isInEveryKernel: true }],
  ['virtiofs', { profile: 'virtiofs', isDiskless: true }],
  ['xfs', { profile: 'xfs' }],
  ['zfs', { profile: 'zfs' }],
]);

/** The row of a file system; empty for those that need nothing but their module and a disk. */
export function fileSystem(name: string | null): FileSystem {
  return fileSystems.get(name ?? '') ?? {};
}
