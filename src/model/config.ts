import type { AbsolutePath } from './brands.ts';
import type { ManagerName } from './managers.ts';
import type { Origin, Sourced } from './origin.ts';
import type { PackageOrigin } from './packages.ts';
import type { Reason } from './reason.ts';

/** One `Key=value` of a drop-in or a flag, before it is given a meaning. */
export interface Assignment {
  readonly section: string;
  readonly key: string;
  /** Continuation lines joined with newlines, comments gone; empty resets. */
  readonly value: string;
  readonly from: Origin;
}

export type Compression = 'zstd' | 'xz' | 'gzip' | 'none';
export type OutputFormat = 'cpio' | 'directory';

/** The merged drop-ins and flags for this host: every list in the order of its assignments. */
export interface Config {
  readonly format: OutputFormat;
  /** File name of the image. */
  readonly output: string;
  readonly compressOutput: Compression;
  /** Undefined means our default level for that compression. */
  readonly compressLevel: number | undefined;
  /** False: parts are made anew and not kept. */
  readonly cache: boolean;
  /** Most bytes that the cached parts may have, and as many again the cached archives. */
  readonly cacheSize: number;
  /** True: an image of /boot or of a boot entry that is replaced stays as the previous one. */
  readonly keepPrevious: boolean;
  /** True: one image for any machine is kept with its kernel, as a boot entry of its own. */
  readonly rescue: boolean;
  /** True: an image with key files may lie where every user can read it. */
  readonly allowReadableKeys: boolean;
  /** True: images that are out of date are built anew by themselves. */
  readonly refresh: boolean;
  /** True: an initrd that does not come to its root leaves a record of it. */
  readonly bootRecord: boolean;
  /** Undefined means the only one that is installed. */
  readonly packageManager: Sourced<ManagerName> | undefined;
  readonly packages: readonly Sourced<string>[];
  readonly removePackages: readonly Sourced<string>[];
  /** Where packages are taken from, the first choice first. */
  readonly sources: readonly PackageOrigin[];
  /** Those of `packages` that only drop-ins of the user's or flags name. */
  readonly ownPackages: readonly string[];
  /** Shell patterns inside the root. */
  readonly removeFiles: readonly RemovalPattern[];
  /** Patterns of libraries that go where nothing left in the image is linked with them. */
  readonly removeUnusedLibraries: readonly Sourced<string>[];
  /** Patterns as in mkosi's manual: `-` negates, a trailing `/` is a subtree, `host` and `default` are words. */
  readonly kernelModules: readonly Sourced<string>[];
  /** Patterns of the tool's own drop-ins, for which the word `default` of KernelModules= stands. */
  readonly defaultKernelModules: readonly Sourced<string>[];
  /** Patterns for what the host has loaded and what its devices ask for: what they exclude does not come along. */
  readonly hostModules: readonly Sourced<string>[];
  readonly firmwareFiles: readonly Sourced<string>[];
  /** Patterns of files of the host for the host part: `-` negates, the last match wins. */
  readonly hostFiles: readonly Sourced<string>[];
  /** Trees copied into the base part, in order. */
  readonly extraTrees: readonly Sourced<ExtraTree>[];
  /** Executables run on the root after the packages are installed, in order. */
  readonly postinstScripts: readonly Sourced<Script>[];
  /** Executables run on the root when everything else is done. */
  readonly finalizeScripts: readonly Sourced<Script>[];
  readonly locale: string;
  readonly withDocs: boolean;
  readonly withRecommends: boolean;
  readonly cleanPackageMetadata: boolean;
  /** Plain, or `hashed:` and a crypt(5) hash; undefined: root is locked. */
  readonly rootPassword: string | undefined;
  /** Pairs for the scripts' environment. */
  readonly environment: Readonly<Record<string, string>>;
  /** Seconds since 1970; times of files are clamped to it. undefined: the newest package's. */
  readonly sourceDateEpoch: number | undefined;
  readonly profiles: readonly Sourced<string, Reason>[];
  /** Profiles that no host and no other profile may have used, with the word that says so. */
  readonly forbiddenProfiles: readonly Sourced<string>[];
  /** Names of all profiles that the directories have, sorted. */
  readonly availableProfiles: readonly string[];
  /** Drop-ins read, highest priority last, for the report. */
  readonly files: readonly string[];
  /** Sentences for the user: settings that mean nothing here and such. */
  readonly warnings: readonly string[];
}

export interface RemovalPattern extends Sourced<string> {
  /** True for the tool's own drop-ins, which never remove files that the user names. */
  readonly isDefault: boolean;
}

export interface ExtraTree {
  readonly source: AbsolutePath;
  /** Path in the image; `/` for a whole tree. */
  readonly target: string;
}

export interface Script {
  readonly path: AbsolutePath;
  /** True: runs inside the root with the root as `/` (mkosi's `.chroot`). */
  readonly insideRoot: boolean;
}

/** The facts that `[Match]` sections are compared with. */
export interface MatchFacts {
  /** os-release ID, and its ID_LIKE words. */
  readonly distribution: string;
  readonly distributionLike: readonly string[];
  /** VERSION_ID and VERSION_CODENAME, whichever there are. */
  readonly release: readonly string[];
  readonly architecture: Architecture;
  readonly systemdVersion: string | undefined;
  /** True where the storage under / was seen down to the disks. */
  readonly storageKnown: boolean;
}

/** systemd's architecture names (systemd.unit(5), ConditionArchitecture=). */
export type Architecture = 'x86-64' | 'arm64' | 'riscv64' | 'ppc64-le' | 's390x' | 'loongarch64';
