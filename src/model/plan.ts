import type { Architecture, Compression, OutputFormat } from './config.ts';
import type { Manager } from './managers.ts';
import type { Origin } from './origin.ts';
import type { PackageOrigin } from './packages.ts';
import type { Reason } from './reason.ts';
import type { StorageStack } from './storage.ts';

/**
 * Everything a build does, decided: sorted plain JSON without clock, random or environment.
 * `--dry-run --json` prints it, a build obeys it.
 */
export interface Plan {
  /** Raised when a field changes its meaning. */
  readonly version: 3;
  readonly kernelVersion: string;
  readonly architecture: Architecture;
  readonly distribution: { readonly id: string; readonly version: string | null };
  readonly generic: boolean;
  /** The storage under the host's /, all other mounts of the initrd, and swap; empty when generic. */
  readonly storage: readonly StorageStack[];
  readonly profiles: readonly Reasoned[];
  readonly packages: PackagePlan;
  /** Why this package manager. */
  readonly managerFrom: Reason;
  readonly root: RootPlan;
  readonly modules: ModulePlan;
  readonly firmware: FirmwarePlan;
  /** Programs without which what the boot waits for does not come up. */
  readonly programs: readonly ProgramNeed[];
  /** One for each vendor of processors; empty where there is none. */
  readonly microcode: readonly MicrocodePlan[];
  readonly host: readonly HostEntry[];
  readonly parts: readonly PartPlan[];
  readonly output: { readonly format: OutputFormat; readonly name: string };
  readonly sourceDateEpoch: number | null;
  readonly configFiles: readonly string[];
  readonly warnings: readonly string[];
}

export interface PackagePlan {
  readonly manager: Manager;
  /** Names, or patterns in the manager's own language. */
  readonly install: readonly Reasoned[];
  readonly remove: readonly Reasoned[];
  readonly withRecommends: boolean;
  readonly withDocs: boolean;
  /** True where `--offline` has taken the network out of the sources: a missing package could be had without it. */
  readonly offline: boolean;
  /** Where packages are taken from, the first choice first; nothing else is asked. */
  readonly sources: readonly PackageOrigin[];
}

/** A value and its reason. */
export interface Reasoned {
  readonly value: string;
  readonly from: Reason;
}

/** Changes to the installed root that make an initrd of it. */
export interface RootPlan {
  readonly locale: string;
  readonly extraTrees: readonly {
    readonly source: string;
    readonly target: string;
    readonly from: Origin;
  }[];
  readonly postinst: readonly ScriptPlan[];
  readonly finalize: readonly ScriptPlan[];
  /** Packages of which no pattern that is a default removes a file. */
  readonly ownPackages: readonly string[];
  readonly removeFiles: readonly RemovalPlan[];
  readonly removeUnusedLibraries: readonly Reasoned[];
  readonly cleanPackageMetadata: boolean;
  readonly environment: Readonly<Record<string, string>>;
  readonly rootPassword: 'locked' | 'set';
}

export interface RemovalPlan extends Reasoned {
  /** True where it leaves alone files of ExtraTrees= and of packages that the user names. */
  readonly isDefault: boolean;
}

export interface ScriptPlan {
  readonly path: string;
  readonly insideRoot: boolean;
  readonly from: Origin;
}

export interface ModulePlan {
  /** From the kernel root: `usr/lib/modules/VERSION`. */
  readonly directory: string;
  readonly files: readonly PlannedModule[];
  /** Asked for, and neither a module nor built in. */
  readonly missing: readonly Reasoned[];
  /** Modules that the host has loaded or has a device for, and a pattern leaves out. */
  readonly leftOut: readonly LeftOutModule[];
  /** Modules without which / of the host, or another mount that the boot waits for, cannot be mounted. */
  readonly rootNeeds: readonly RootNeed[];
}

export interface RootNeed {
  /** `file system ext4 of /`. */
  readonly what: string;
  /** Names of modules of which one has to be there or built in, sorted. */
  readonly anyOf: readonly string[];
  /** True where an image without it is refused. */
  readonly strict: boolean;
}

export interface ProgramNeed {
  /** `crypt under /`. */
  readonly what: string;
  /** File names of programs of which one has to be there. */
  readonly anyOf: readonly string[];
}

export interface PlannedModule {
  readonly name: string;
  /** Relative to the modules directory. */
  readonly path: string;
  readonly from: Reason;
}

export interface LeftOutModule {
  readonly name: string;
  /** The fact of the host that asks for it. */
  readonly wanted: Reason;
  /** The pattern that leaves it out. */
  readonly by: Reason;
}

export interface FirmwarePlan {
  /** From the kernel root, `usr/lib/firmware/…`; links and what they lead to are both listed. */
  readonly files: readonly Reasoned[];
  readonly missing: readonly Reasoned[];
}

export interface MicrocodePlan {
  /** Path in the early cpio: kernel/x86/microcode/GenuineIntel.bin. */
  readonly target: string;
  /** Files below the kernel root, unpacked where their suffix says so and concatenated in this order. */
  readonly sources: readonly string[];
}

/** One file of the host part. */
export interface HostEntry {
  /** In the image, without leading slash. */
  readonly path: string;
  readonly mode: number;
  readonly content:
    | { readonly type: 'copy'; readonly source: string }
    | { readonly type: 'text'; readonly text: string };
  readonly secret: boolean;
  readonly from: Reason;
}

export type PartName = 'microcode' | 'base' | 'kernel' | 'host';

export interface PartPlan {
  readonly name: PartName;
  readonly compression: Compression;
  readonly level: number;
}
