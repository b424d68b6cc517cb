import type { RpmHeader } from '../../formats/rpm-header.ts';
import type { BuildError } from '../../model/errors.ts';
import type { PackageRequest } from '../../model/package-request.ts';
import type { Command, Ran, Sys } from '../../model/sys.ts';

/** The differences between dnf and zypper, which choose and fetch the packages. rpm installs them. */
export interface RpmFrontEnd {
  /** As the user types it. */
  readonly program: string;
  /** The command line that reads the repositories' metadata anew. */
  readonly refresh: string;
  /** Its cache in the host, and the setting that moves it. */
  readonly hostCache: { readonly file: string; readonly key: string; readonly otherwise: string };
  /** A shell pattern of the files that describe the host's repositories. */
  readonly repositoryFiles: string;
  /** Files and directories of its configuration, the repositories among them. */
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
  configureInstalled(sys: Sys, request: PackageRequest): void;
  /** The repository of an archive in the cache, by its path there; undefined for what is no archive. */
  repositoryOf(path: string): string | undefined;
  /**
   * The place in the cache of a package that lies `below` a local repository; `cached` are the cache's top-level names;
   * undefined without metadata of the repository.
   */
  placeFor(cached: readonly string[], repository: string, below: string): string | undefined;
  resolveCommand(request: PackageRequest, wanted: readonly string[], scope: Scope): Command;
  downloadCommand(request: PackageRequest, wanted: readonly string[], network: boolean): Command;
  parse(ran: Ran): Answer;
  /** The word that asks for just this version. */
  pin(name: string, rpm: Pick<HostRpm, 'version' | 'architecture'>): string;
  /** Explains a failed download; undefined where its output does not tell. */
  explainDownload(ran: Ran): BuildError | undefined;
}

export interface HostRpm {
  /** [EPOCH:]VERSION-RELEASE, as the managers print it. */
  readonly version: string;
  readonly architecture: string;
}

export interface RpmConfiguration {
  /** The manager's cache, without leading slash. */
  readonly cacheDirectory: string;
  /**
   * Directories of `file:` repositories by their ids, as shell patterns without leading slash: no manager copies their
   * packages into its cache. Variables such as $basearch match any name.
   */
  readonly localRepositories: ReadonlyMap<string, readonly string[]>;
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

export type Answer =
  | { readonly type: 'resolved'; readonly rpms: readonly ChosenRpm[] }
  /** Words that match no package. */
  | { readonly type: 'unknown'; readonly words: readonly string[] }
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
