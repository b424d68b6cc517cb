import type { BootEntry, RescuePlace } from './boot-entry.ts';
import type { AbsolutePath, KernelVersion } from './brands.ts';
import type { Assignment } from './config.ts';

/** One verb and what it needs to know, from the command line or kernel-install. */
export type Invocation = { [Type in keyof Invocations]: Invocations[Type] }[keyof Invocations];

/** By the `type` of each. */
export interface Invocations {
  readonly build: BuildInvocation;
  readonly plan: PlanInvocation;
  readonly why: WhyInvocation;
  readonly status: StatusInvocation;
  readonly clean: CleanInvocation;
  readonly rollback: RollbackInvocation;
  readonly entry: EntryInvocation;
  readonly rescue: RescueInvocation;
  readonly doctor: DoctorInvocation;
  readonly refresh: RefreshInvocation;
  readonly list: ListInvocation;
  readonly extract: ExtractInvocation;
  readonly diff: DiffInvocation;
  readonly text: TextInvocation;
  readonly skip: SkipInvocation;
}

/** An image that is asked for: which kernel, which host, which settings. It does not say what to do with the image. */
export interface ImageRequest {
  /** The host's newest kernel where absent. */
  readonly kernelVersion: KernelVersion | undefined;
  readonly hostRoot: AbsolutePath;
  /** Root that has the kernel's modules and firmware, if not the host's. */
  readonly kernelRoot: AbsolutePath | undefined;
  /** A file that stands in for /proc/modules. */
  readonly loadedModulesFile: AbsolutePath | undefined;
  /** No host facts: an image for any machine. */
  readonly generic: boolean;
  readonly offline: boolean;
  /** Settings given as flags: applied after every drop-in. */
  readonly assignments: readonly Assignment[];
  readonly profiles: readonly string[];
}

/** Build the image and put it in its place. */
export interface BuildInvocation {
  readonly type: 'build';
  readonly request: ImageRequest;
  /** The kernel image handed over by kernel-install or `--kernel-image`; a prebuilt `initrd` may lie beside it. */
  readonly kernelImage: AbsolutePath | undefined;
  readonly destination: Destination;
  readonly verbose: boolean;
  /** Say nothing but problems. */
  readonly quiet: boolean;
  /** Of the result and of what is told meanwhile. */
  readonly format: 'text' | 'json';
  readonly debug: boolean;
}

/** Print the plan of a build: `build --dry-run`. */
export interface PlanInvocation {
  readonly type: 'plan';
  readonly request: ImageRequest;
  readonly kernelImage: AbsolutePath | undefined;
  readonly destination: Destination;
  readonly format: 'text' | 'json';
  readonly debug: boolean;
}

/** Name the reasons for which things are in the image, or are not. */
export interface WhyInvocation {
  readonly type: 'why';
  /** Modules, firmware files, packages, profiles, paths or names of files; at least one. */
  readonly subjects: readonly string[];
  readonly request: ImageRequest;
  readonly format: 'text' | 'json';
  readonly debug: boolean;
}

/** Tell which placed images a build would change. */
export interface StatusInvocation {
  readonly type: 'status';
  readonly format: 'text' | 'json';
  readonly debug: boolean;
}

/** Say why the last boot that failed has failed. */
export interface DoctorInvocation {
  readonly type: 'doctor';
  readonly hostRoot: AbsolutePath;
  readonly format: 'text' | 'json';
  readonly debug: boolean;
}

/** Build anew what is out of date. */
export interface RefreshInvocation {
  readonly type: 'refresh';
  readonly debug: boolean;
}

/** Give a kernel its previous image back. */
export interface RollbackInvocation {
  readonly type: 'rollback';
  /** The running one where absent. */
  readonly kernelVersion: KernelVersion | undefined;
  readonly debug: boolean;
}

/** kernel-install's own plugin is about to write a boot entry (`before`), or has written it (`after`). */
export interface EntryInvocation {
  readonly type: 'entry';
  readonly step: 'before' | 'after';
  readonly layout: 'bls' | 'uki';
  readonly entry: BootEntry;
  readonly staging: AbsolutePath;
  readonly kernelImage: AbsolutePath;
  /** Initrds of the caller. */
  readonly initrds: readonly AbsolutePath[];
}

/** A kernel's own image is in its place: keep the rescue image as the settings say. */
export interface RescueInvocation {
  readonly type: 'rescue';
  readonly kernelVersion: KernelVersion;
  readonly kernelImage: AbsolutePath;
  /** The kernel's boot entry or GRUB's menu; undefined where the boot loader has neither. */
  readonly menu: AbsolutePath | undefined;
}

/** Empty our caches. */
export interface CleanInvocation {
  readonly type: 'clean';
  readonly what: readonly CacheName[];
  readonly hostRoot: AbsolutePath;
  readonly debug: boolean;
}

/** Show what is in an image. */
export interface ListInvocation {
  readonly type: 'list';
  readonly image: AbsolutePath;
  /** Paths and shell patterns; everything where there is none. */
  readonly patterns: readonly string[];
  readonly view: 'files' | 'packages' | 'modules';
  /** Ask this machine's package database for the owners that the image does not tell. */
  readonly askHost: boolean;
  readonly format: 'text' | 'json';
  readonly debug: boolean;
}

/** Unpack an image into a directory. */
export interface ExtractInvocation {
  readonly type: 'extract';
  readonly image: AbsolutePath;
  readonly directory: AbsolutePath;
  readonly patterns: readonly string[];
  /** Give files the owners that the image says. */
  readonly owners: boolean;
  readonly devices: boolean;
  readonly debug: boolean;
}

/** Compare two images. */
export interface DiffInvocation {
  readonly type: 'diff';
  readonly from: AbsolutePath;
  readonly to: AbsolutePath;
  readonly format: 'text' | 'json';
  readonly debug: boolean;
}

export const cacheNames = ['parts', 'archives'] as const;

/** `parts` of images, `archives` of packages. */
export type CacheName = (typeof cacheNames)[number];

export type Destination =
  /** `pkginitrd build`: a file or directory of the user's. */
  | { readonly type: 'path'; readonly directory: AbsolutePath; readonly name: string | undefined }
  /** Where boot loaders look that know no kernel-install, as `/boot/initrd.img-6.12`: written by the kernel packages' hooks. */
  | {
      readonly type: 'boot';
      readonly directory: AbsolutePath;
      readonly name: string;
      /** `another`: the name is not the kernel's own, and what lies there goes with an older kernel that is replaced as well. */
      readonly holdsImageOf: 'kernel' | 'another';
    }
  /** Beside all others: the file is called by `name` and a digest. */
  | {
      readonly type: 'rescue';
      readonly directory: AbsolutePath;
      readonly name: string;
      /** Of the kernel that the image goes with: a copy lies beside it. */
      readonly kernelImage: AbsolutePath;
      readonly place: RescuePlace;
    }
  /** kernel-install's staging area; the image is called `initrd` there. */
  | {
      readonly type: 'staging';
      readonly directory: AbsolutePath;
      /** Word for who takes the image from there: `bls`, `uki`, `other` or a vendor's; undefined when not said. */
      readonly layout: string | undefined;
      /** Directory of the entry's files on $BOOT; undefined when it does not exist (layouts other than bls). */
      readonly entryDirectory: AbsolutePath | undefined;
      /** $BOOT, whose free space is checked; undefined when kernel-install did not say. */
      readonly bootRoot: AbsolutePath | undefined;
    };

/** Help, version, completion: print and stop. */
export interface TextInvocation {
  readonly type: 'text';
  readonly text: string;
}

/** kernel-install asked, and there is nothing to do. The reason is printed when verbose. */
export interface SkipInvocation {
  readonly type: 'skip';
  readonly reason: string;
  readonly verbose: boolean;
}
