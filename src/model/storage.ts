/** The storage under one mount point or swap space, from the file system down to the controllers. Plain JSON. */
export interface StorageStack {
  readonly purpose: MountPoint | 'swap' | 'resume';
  /** True where the boot stops without it: /, /usr, and what fstab mounts in the initrd without `nofail`. */
  readonly required: boolean;
  /** As mountinfo has it: `/dev/mapper/root`, `server:/export`. */
  readonly source: string;
  /** undefined for swap. */
  readonly fileSystem: string | null;
  /** True where fstab(5) has a line for it. */
  readonly isInFstab?: boolean;
  /** btrfs's checksum of data as sysfs names it (`crc32c`), null where it is no btrfs or not known. */
  readonly checksum: string | null;
  /** The devices that hold it; empty for a network file system and where sysfs does not tell. */
  readonly below: readonly StorageNode[];
}

/** A path from the host's `/`, without a slash at the end. */
export type MountPoint = `/${string}`;

export type StorageNode =
  | (Layer & {
      readonly type: 'crypt';
      readonly format: 'luks1' | 'luks2' | 'plain' | 'verity' | 'integrity';
      /** Ciphers and hashes of the LUKS header or verity superblock; empty where it could not be read. */
      readonly algorithms: readonly string[];
      /** Types of LUKS2 tokens, which open it besides a passphrase: `systemd-tpm2`, `clevis` with `clevis:tang`, and the like. */
      readonly tokens: readonly string[];
    })
  | (Layer & { readonly type: 'lvm' | 'multipath' | 'mapper' | 'partition' | 'bcache' })
  | (Layer & { readonly type: 'raid'; readonly level: string })
  | (Layer & { readonly type: 'loop'; readonly file: string })
  | {
      readonly type: 'disk';
      readonly device: string;
      /** From the disk up to the root of the bus. */
      readonly drivers: readonly DriverFacts[];
      /** The way to a disk of another machine; absent for those of this one. */
      readonly transport?: Transport;
    };

/** `by` is the name that the transport's driver gives itself: `iscsi_tcp`, `bnx2i`, `tcp`, `rdma`. */
export interface Transport {
  readonly type: 'iscsi' | 'nbd' | 'nvmf';
  readonly by: string;
}

interface Layer {
  /** The kernel's name: `dm-0`, `nvme0n1p2`. */
  readonly device: string;
  /** The name that people gave it: `vg-root`, `md127`; the kernel's where there is none. */
  readonly name: string;
  readonly below: readonly StorageNode[];
}

/** A device on the way to a disk, and what drives it in the running kernel. */
export interface DriverFacts {
  /** Its directory's name: `0000:00:1f.2`, `1-1:1.0`. */
  readonly device: string;
  /** `pci`, `usb`, `scsi`, … */
  readonly bus: string;
  readonly driver: string | null;
  /** The driver's module, null where it is built in. */
  readonly module: string | null;
  readonly modalias: string | null;
  /** `parent`, or `supplier` where another device only gives it clock, power or interrupts. */
  readonly role: 'parent' | 'supplier';
}
