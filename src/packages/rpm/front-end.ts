import type { RpmHeader } from '../../formats/rpm-header.ts';
import type { BuildError } from '../../model/errors.ts';
import type { Origin } from '../../model/origin.ts';
import type { PackageRequest } from '../../model/package-request.ts';
import type { Command, Ran, Sys } from '../../model/sys.ts';

/** The differences between dnf and zypper, which choose and fetch the packages. rpm installs them. */
export interface RpmFrontEnd {
  /** As the user types it. */
  readonly program: string;
  /** The command line that reads the repositories' metadata anew. */
  readonly refresh: string;
  /** Its main configuration file. */
  readonly mainFile: string;
  /** Directories of drop-ins to it, which are read before it; of one name the later directory's counts. */
  readonly dropIns: readonly string[];
  readonly settings: FrontEndSettings;
  /** What it makes of a *.repo file that is no INI file. */
  readonly brokenRepositoryFile: 'passed over' | 'refused';
  /** Files and directories of its configuration, but for repositories. */
  readonly configuration: readonly string[];
  /** Its directory below /var/cache/pkginitrd, where what was fetched is kept under the same names. */
  readonly ownCache: string;
  /** Shell patterns of the metadata in the cache. */
  readonly metadata: readonly string[];
  /** The directory for metadata of installed packages, below the state of the build. */
  readonly installedMetadata: string;
  /** The command line that installs a changed package again. */
  reinstall(name: string): string;
  /** Makes a repository of that metadata known, where options do not do so. */
  configureInstalled(sys: Sys, request: PackageRequest, configuration: RpmConfiguration): void;
  /** The repository of an archive in the cache, by its path there; undefined for what is no archive. */
  repositoryOf(path: string): string | undefined;
  /**
   * The place in the cache of a package that lies `below` a local repository; `cached` are the cache's top-level names;
   * undefined without metadata of the repository.
   */
  placeFor(cached: readonly string[], repository: string, below: string): string | undefined;
  resolveCommand(request: PackageRequest, wanted: readonly string[], question: Question): Command;
  downloadCommand(request: PackageRequest, wanted: readonly string[], network: boolean): Command;
  parse(ran: Ran): Answer;
  /** True where a download has come to its end. */
  isDone(ran: Ran): boolean;
  /** The word that asks for just this version. */
  pin(name: string, rpm: Pick<HostRpm, 'version' | 'architecture'>): string;
  /** Explains a failed download; undefined where its output does not tell. */
  explainDownload(ran: Ran): BuildError | undefined;
}

/** Settings of the main configuration file for places in the host, and the places where it has none. */
export interface FrontEndSettings {
  readonly cache: { readonly key: string; readonly otherwise: string };
  /** Directories in the cache that can be moved out of it, and by which setting. */
  readonly cacheParts: Readonly<Record<string, string>>;
  /** More settings that name files and directories of the configuration. */
  readonly places: readonly string[];
  /** Directories of *.repo files. */
  readonly repositories: { readonly key: string; readonly otherwise: readonly string[] };
}

export interface HostRpm {
  /** [EPOCH:]VERSION-RELEASE, as the managers print it. */
  readonly version: string;
  readonly architecture: string;
}

export interface RpmConfiguration {
  /** The manager's cache, and the parts of it that lie elsewhere. */
  readonly caches: readonly CacheDirectory[];
  /** Files that describe the host's repositories. */
  readonly repositoryFiles: readonly string[];
  /** Files and directories that hold all of this, and keys, variables and the like, wherever the settings have them. */
  readonly sources: readonly string[];
  /** Patterns that keep packages of the repositories out of sight. */
  readonly excludes: readonly Exclude[];
  /**
   * Directories of `file:` repositories by their ids, as shell patterns without leading slash: no manager copies their
   * packages into its cache. Variables such as $basearch match any name.
   */
  readonly localRepositories: ReadonlyMap<string, readonly string[]>;
  /** Files and directories that the configuration names: repositories, keys, certificates, more configuration. */
  readonly named: readonly string[];
  /** Files that the manager passes over. */
  readonly warnings: readonly string[];
}

export interface CacheDirectory {
  /** In the host, without leading slash. */
  readonly directory: string;
  /** The directory of the cache that this is, with a slash behind it; empty for the cache itself. */
  readonly prefix: string;
}

/** Patterns of packages that a setting hides, or all but which it hides. */
export interface Exclude {
  readonly key: 'excludepkgs' | 'exclude' | 'includepkgs';
  readonly patterns: readonly string[];
  /** Undefined for all repositories. */
  readonly repository: string | undefined;
  readonly at: Extract<Origin, { readonly type: 'file' }>;
}

/** A package as rpm's database has it. */
export interface InstalledRpm {
  /** As it was built: what the installation added is not in it. */
  readonly header: RpmHeader;
  /** Numbers of files that were left out when it was installed, as documentation may be. */
  readonly notInstalled: ReadonlySet<number>;
}

/** From whose metadata a request is resolved: the repositories', that of what the host has installed, or both. */
export type Scope = 'repositories' | 'installed' | 'both';

export interface Question {
  readonly scope: Scope;
  /** Lifted: excludes of the configuration are taken for not there. */
  readonly excludes: 'kept' | 'lifted';
}

/** `skipped` are repositories without metadata, which the manager goes on without. */
export type Answer =
  | {
      readonly type: 'resolved';
      readonly rpms: readonly ChosenRpm[];
      readonly skipped: readonly string[];
    }
  /** Words that match no package. */
  | {
      readonly type: 'unknown';
      readonly words: readonly string[];
      readonly skipped: readonly string[];
    }
  | { readonly type: 'no metadata'; readonly repositories: readonly string[] }
  | { readonly type: 'failed'; readonly reason: string };

export interface ChosenRpm {
  readonly name: string;
  /** [EPOCH:]VERSION-RELEASE */
  readonly version: string;
  readonly architecture: string;
  readonly repository: string;
  /** Bytes, as exact as the manager prints them. */
  readonly size: number | undefined;
}
