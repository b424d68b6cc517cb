/** A file system that needs more than its module, or has no disk of its own below it. */
interface FileSystem {
  readonly profile?: string;
  /** Programs by one of which mount(8) mounts it, and which the kernel cannot do without. */
  readonly programs?: readonly string[];
  /** Modules that it asks the kernel for by name, so that no dependency shows them. */
  readonly asksFor?: readonly string[];
  /**
   * The place of its data where that is no disk of its own: another machine or the hypervisor, memory, or other mounts. Any
   * other file system without a disk was not seen to its end.
   */
  readonly liesIn?: 'network' | 'memory' | 'mounts';
  /** True where the kernel has it in any case and lists it nowhere. */
  readonly isInEveryKernel?: boolean;
}

const nfs: FileSystem = {
  profile: 'nfs',
  programs: ['mount.nfs'],
  liesIn: 'network',
  asksFor: ['nfsv3', 'nfsv4', 'nfs_layout_nfsv41_files', 'nfs_layout_flexfiles'],
};

const cifs: FileSystem = { profile: 'cifs', programs: ['mount.cifs'], liesIn: 'network' };

const memory: FileSystem = { liesIn: 'memory', isInEveryKernel: true };

const fileSystems: ReadonlyMap<string, FileSystem> = new Map<string, FileSystem>([
  // Mounted with trans=virtio, fd or xen, which is not among the options that the kernel shows.
  ['9p', { profile: '9p', liesIn: 'network', asksFor: ['9pnet_virtio', '9pnet_fd', '9pnet_xen'] }],
  ['bcachefs', { profile: 'bcachefs' }],
  ['btrfs', { profile: 'btrfs' }],
  ['cifs', cifs],
  ['nfs', nfs],
  ['nfs4', nfs],
  ['overlay', { liesIn: 'mounts' }],
  ['ramfs', memory],
  ['smb3', cifs],
  ['tmpfs', memory],
  ['virtiofs', { profile: 'virtiofs', liesIn: 'network' }],
  ['xfs', { profile: 'xfs' }],
  ['zfs', { profile: 'zfs' }],
]);

/** File systems for which a profile is used. */
export function fileSystemsOf(profile: string): readonly string[] {
  return [...fileSystems].filter(([, row]) => row.profile === profile).map(([name]) => name);
}

/** The row of a file system; empty for those that need nothing but their module and a disk. */
export function fileSystem(name: string | null): FileSystem {
  return fileSystems.get(name ?? '') ?? {};
}
