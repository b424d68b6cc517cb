import type { AbsolutePath } from '../model/brands.ts';
import type { OsFacts } from '../model/facts.ts';
import type { Digest, ResolvedPackage, RootTree } from '../model/packages.ts';
import type { PackagePlan } from '../model/plan.ts';
import type { Sys } from '../model/sys.ts';

/** What is to be installed, from whose configuration and caches, and where. */
export interface PackageRequest {
  readonly plan: PackagePlan;
  readonly os: OsFacts;
  /** Its manager, configuration, keys, metadata and caches are used; nothing outside of /var/cache/pkginitrd is written. */
  readonly hostRoot: AbsolutePath;
  /** A directory of this build's own; the root is made in `root` below it. */
  readonly workspace: AbsolutePath;
  /** Seconds since 1970 that scripts take for the time of the build; undefined: the newest package's. */
  readonly sourceDateEpoch: number | undefined;
  /** Translations for other locales are left out where the manager can do so; undefined: all are kept. */
  readonly locale?: string;
}

/** One package manager. Each step may be asked for without the next: a resolution alone tells whether a cached part fits. */
export interface PackageDriver {
  /** Which packages in which versions, without the network. Throws BuildError naming a package that is not known. */
  resolve(sys: Sys, request: PackageRequest): Promise<Resolution>;
  /** Brings every archive into the workspace, from a cache or the network, and checks its digest. */
  fetch(sys: Sys, request: PackageRequest, resolution: Resolution): Promise<Fetched>;
  /** Makes the root. Throws BuildError naming the package whose script failed. */
  install(sys: Sys, request: PackageRequest, fetched: Fetched): Promise<RootTree>;
  /** Which of the host's installed packages ships which path, directories left out. */
  hostOwners(sys: Sys, hostRoot: AbsolutePath): Promise<ReadonlyMap<string, string>>;
}

export interface Resolution {
  readonly archives: readonly ResolvedArchive[];
  /** Package lists of this build's own that fetching needs as well, as the manager sees them. */
  readonly index?: readonly string[];
  readonly warnings: readonly string[];
}

export interface ResolvedArchive extends ResolvedPackage {
  /** Its name in the manager's cache. */
  readonly file: string;
  /** Where the manager would take it from: a URI. */
  readonly location: string;
  /** undefined where the manager vouches for the file without one, as for a file of the host's own cache. */
  readonly digest: Digest | undefined;
}

export interface Fetched {
  readonly archives: readonly FetchedArchive[];
  readonly warnings: readonly string[];
}

export interface FetchedArchive extends ResolvedArchive {
  /** A copy in the workspace. */
  readonly path: AbsolutePath;
  /** Its files have to be there before any script of a package runs. */
  readonly early: boolean;
  /** Files of the installed package that were changed there and are not in the archive. */
  readonly leftOut?: readonly string[];
}
