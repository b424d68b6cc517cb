import type { AbsolutePath, KernelVersion } from './brands.ts';
import type { Architecture } from './config.ts';
import type { Manager } from './managers.ts';
import type { Reason } from './reason.ts';
import type { StorageNode, StorageStack, Transport } from './storage.ts';

/** The facts of the machine that the initrd is for. Plain data, read once. */
export interface HostFacts {
  readonly root: AbsolutePath;
  readonly os: OsFacts;
  readonly architecture: Architecture;
  readonly manager: Manager;
  /** The line or flag that names the manager, or the fact that it is the only one. */
  readonly managerFrom: Reason;
  readonly kernel: KernelFacts;
  /** Names of loaded modules, `_` for `-`; empty with `--generic`. */
  readonly loadedModules: readonly string[];
  /** Names of what is built into the running kernel and in use; empty with `--generic`. */
  readonly builtinInUse: readonly string[];
  /** Devices of the host; empty with `--generic`. */
  readonly devices: readonly DeviceFacts[];
  /** The storage under /, all other mounts of the initrd, and swap; empty with `--generic`. */
  readonly storage: readonly StorageStack[];
  /** crypttab(5) lines for the initrd, as they stand. */
  readonly crypttab: readonly ChosenEntry[];
  /** Options that the kernel is started with; empty where they are not known. */
  readonly commandLine: readonly string[];
  /** The same by the places that say how the next kernel is started. */
  readonly commandLines: readonly CommandLine[];
  readonly resume: readonly ResumeFacts[];
  /** Files of the host that HostFiles= and crypttab name. */
  readonly hostFiles: readonly HostFile[];
  /** What connects disks of other machines besides the words of the command line. */
  readonly connections: readonly Connection[];
  /** What modprobe.d(5) and the command line of the host say about loading modules, in the order in which it counts. */
  readonly modprobe: readonly ModprobeLine[];
  /** Modules that the host loads by their names. */
  readonly modulesLoad: readonly NamedModule[];
  /** Lines of those drop-ins of which an initrd takes only some. */
  readonly hostLines: readonly HostLines[];
  /** veritytab(5) and integritytab(5). */
  readonly setupTabs: readonly SetupTab[];
  readonly cpu: CpuFacts | undefined;
  readonly esp?: EspFacts;
  /** Absent where initramfs-tools has none, and with `--generic`. */
  readonly initramfsAddress?: InitramfsAddress;
  /** Sentences for the user about what could not be read. */
  readonly warnings: readonly string[];
}

/** How the host boots. */
export interface BootFacts {
  readonly storage: readonly StorageStack[];
  /** True where / is a directory of another system, as in a container: the image is for a machine that is not to be seen. */
  readonly isContained: boolean;
  readonly crypttab: CrypttabFacts;
  readonly setupTabs: readonly SetupTab[];
  /** Options that the kernel is started with. */
  readonly commandLine: readonly string[];
  readonly commandLines: readonly CommandLine[];
  readonly resume: readonly ResumeFacts[];
  readonly keyboard: KeyboardFacts;
  /** The partition that the firmware boots from; absent where none is known. */
  readonly esp?: EspFacts;
}

export interface EspFacts {
  /** PARTUUID, as below /dev/disk/by-partuuid. */
  readonly partition: string;
  readonly from: Reason;
}

/** The address that initramfs-tools gives a machine in its initrd: IP= as it stands in a file, like ip= of the kernel. */
export interface InitramfsAddress {
  readonly file: string;
  readonly value: string;
}

export interface Connection {
  readonly type: Transport['type'];
  /** A file of the host that goes into the image, or a table of its firmware. */
  readonly from: string;
}

/** A place that has options of the kernel. */
export interface CommandLine {
  readonly file: string;
  readonly words: readonly string[];
}

/** A device that the kernel's command line says to resume from. */
export interface ResumeFacts {
  /** `resume=UUID=…` */
  readonly option: string;
  /** The layers of the device, null where there is none. */
  readonly below: readonly StorageNode[] | null;
}

/** The keyboard at the host's console. */
export interface KeyboardFacts {
  /** Its layout, and what says so; null where it is the kernel's own, an American one. */
  readonly layout: { readonly value: string; readonly from: Reason } | null;
  /** Keymaps with what they include, and fonts. */
  readonly files: readonly HostFile[];
  /** Sentences for the user, of interest where something is typed. */
  readonly warnings: readonly string[];
}

export interface CrypttabFacts {
  /** Those that ask for the initrd, and those of what it mounts or resumes from. */
  readonly entries: readonly ChosenEntry[];
  /** Files that these entries and the kernel's command line name. */
  readonly files: readonly HostFile[];
  /** Sentences for the user. */
  readonly warnings: readonly string[];
}

/** A device of the host that says what it is, or that is driven by something. */
export interface DeviceFacts {
  /** `pci`, `usb`, `hid`, …; `input` and `dmi` are classes. */
  readonly bus: string;
  /** `0000:00:1f.2`, `1-1:1.0`, … */
  readonly name: string;
  readonly modalias: string | null;
  readonly driver: string | null;
}

/** os-release(5). */
export interface OsFacts {
  readonly id: string;
  readonly idLike: readonly string[];
  readonly name: string;
  readonly prettyName: string;
  readonly versionId: string | undefined;
  readonly versionCodename: string | undefined;
  readonly bugReportUrl?: string | undefined;
}

export interface KernelFacts {
  readonly version: KernelVersion;
  /** The root that holds usr/lib/modules and usr/lib/firmware. */
  readonly root: AbsolutePath;
  /** From that root, without leading slash: `usr/lib/modules/VERSION`, or `lib/modules/VERSION` where unmerged. */
  readonly modulesDirectory: string;
  readonly modules: ModuleIndex;
  /** The files below usr/lib/firmware (lib/firmware), by path from there without compression suffix changes. */
  readonly firmware: FirmwareIndex;
  /** `CONFIG_X` of /boot/config-VERSION or the modules directory; undefined where no such file is. */
  readonly config: ReadonlyMap<string, string> | undefined;
}

/**
 * The indexes of one kernel's modules (kmod's modules.*). Names use `_` for `-`; paths are relative to
 * the modules directory, with their compression suffix.
 */
export interface ModuleIndex {
  /** modules.dep: path to the paths it needs, transitive, as depmod wrote it. */
  readonly paths: ReadonlyMap<string, ModuleRecord>;
  /** modules.alias, then modules.symbols, in file order: depmod has sorted them by modules.order. Patterns are fnmatch(3)'s. */
  readonly aliases: readonly ModuleAlias[];
  /** Built into the kernel (modules.builtin). */
  readonly builtin: ReadonlySet<string>;
  readonly softdeps: ReadonlyMap<string, readonly string[]>;
  readonly weakdeps: ReadonlyMap<string, readonly string[]>;
  /** Firmware and soft dependencies of what is built in (modules.builtin.modinfo). */
  readonly builtinInfo: ReadonlyMap<string, ModuleInfo>;
}

export interface ModuleRecord {
  readonly name: string;
  /** For example `kernel/drivers/ata/ahci.ko.xz`. */
  readonly path: string;
  /** Paths of modules.dep. */
  readonly dependencies: readonly string[];
}

export interface ModuleAlias {
  readonly pattern: string;
  /** Name, `_` for `-`. */
  readonly module: string;
}

export interface FirmwareIndex {
  /** From the kernel root: `usr/lib/firmware`. */
  readonly directory: string;
  /** Relative to that directory. */
  readonly files: ReadonlyMap<string, FirmwareFile>;
}

export type FirmwareFile =
  { readonly type: 'file' | 'directory' } | { readonly type: 'symlink'; readonly target: string };

/** The `.modinfo` section of a module, as far as we need it. */
export interface ModuleInfo {
  readonly name: string | undefined;
  readonly depends: readonly string[];
  readonly softdeps: readonly string[];
  readonly weakdeps: readonly string[];
  readonly aliases: readonly string[];
  /** Names or globs below the firmware directories. */
  readonly firmware: readonly string[];
  /** The kernel that it was built for: its version and the options that have to be the same. */
  readonly vermagic?: string | undefined;
  /** The processor that it was built for, as `machineOf` gives it; absent where no module's file was read. */
  readonly machine?: string;
}

/** crypttab(5). */
export interface CrypttabEntry {
  readonly name: string;
  readonly device: string;
  /** `none` or `-` where there is none. */
  readonly keyFile: string;
  readonly options: readonly string[];
  /** The line as it stands. */
  readonly line: string;
}

/** A line of crypttab that goes into the initrd. */
export interface ChosenEntry extends CrypttabEntry {
  /** The mount that the boot waits for and that lies on it: `/`, `/usr`, …; null where none does. */
  readonly purpose: string | null;
}

export interface HostFile {
  /** From `/`, the same in the host and in the image. */
  readonly path: string;
  readonly reason: Reason;
  /** Unreadable for others in the host and in the image. */
  readonly secret: boolean;
  /** Bytes. */
  readonly size: number;
  /** A link to /dev/null, as which an empty file does. */
  readonly isMask?: true;
}

/** A line that decides which modules are loaded in the initrd; names with `_` for `-`, patterns are fnmatch(3)'s. */
export type ModprobeLine = { readonly from: Reason } & (
  | { readonly type: 'alias'; readonly pattern: string; readonly module: string }
  /** Loaded neither by an alias nor by udev. */
  | { readonly type: 'blacklist'; readonly module: string }
  /** The kernel itself does not take it. */
  | { readonly type: 'refused'; readonly module: string }
  /** Run in place of loading. */
  | { readonly type: 'install'; readonly pattern: string; readonly command: string }
  | {
      readonly type: 'softdep' | 'weakdep';
      readonly pattern: string;
      /** Names and aliases. */
      readonly words: readonly string[];
    }
);

/** A module named in modules-load.d(5) or on the kernel's command line. */
export interface NamedModule {
  readonly name: string;
  /** True where the initrd is told to load it, and not only the host. */
  readonly isOfInitrd: boolean;
  readonly from: Reason;
}

/** A file of sysctl.d(5) or modules-load.d(5) that counts on the host. */
export interface HostLines {
  readonly path: string;
  readonly directory: 'sysctl.d' | 'modules-load.d';
  /** Without comments and blank lines; numbers from 1. */
  readonly lines: readonly { readonly line: number; readonly text: string }[];
}

/** The lines for the initrd of a table of devices that systemd sets up. */
export interface SetupTab {
  readonly path: '/etc/veritytab' | '/etc/integritytab';
  readonly lines: readonly string[];
  readonly names: readonly string[];
  /** Files that these lines name. */
  readonly files: readonly HostFile[];
  readonly warnings: readonly string[];
}

export interface CpuFacts {
  readonly vendor: 'intel' | 'amd';
  readonly family: number;
  readonly model: number;
  readonly stepping: number;
}
