import type { BuildError } from '../../model/errors.ts';
import type { Command, Ran, RootFiles, Sys } from '../../model/sys.ts';
import type { PackageRequest } from '../driver.ts';
import type { HostRpm } from './host.ts';

/** What differs between dnf and zypper: they choose and fetch the packages, rpm installs them. */
export interface RpmFrontEnd {
  /** As the user types it. */
  readonly program: string;
  /** What makes it read the repositories' metadata anew. */
  readonly refresh: string;
  /** Its cache in the host, and the setting that moves it. */
  readonly hostCache: { readonly file: string; readonly key: string; readonly otherwise: string };
  /** Where the host's repositories are described, as a shell pattern. */
  readonly repositoryFiles: string;
  /** Its directory below /var/cache/pkginitrd, where what was fetched is kept under the same names. */
  readonly ownCache: string;
  /** Shell patterns of the metadata in the cache. */
  readonly metadata: readonly string[];
  /** Where the metadata of what the host has installed go, below the state of the build. */
  readonly installedMetadata: string;
  /** Makes a repository of that metadata known, where options do not do so. */
  configureInstalled(sys: Sys, request: PackageRequest): void;
  /** Where in the cache an archive may lie, as a shell pattern; without a repository that of any. */
  archivePattern(archive: WantedArchive): string;
  /** Where a package that lies `below` a local repository would be in the cache; undefined without metadata of it. */
  placeFor(cache: RootFiles, repository: string, below: string): string | undefined;
  resolveCommand(request: PackageRequest, wanted: readonly string[], scope: Scope): Command;
  downloadCommand(request: PackageRequest, wanted: readonly string[], network: boolean): Command;
  parse(ran: Ran): Answer;
  /** The word that asks for just this version. */
  pin(name: string, rpm: Pick<HostRpm, 'version' | 'architecture'>): string;
  /** What a failed download means, where its output tells. */
  explainDownload(ran: Ran): BuildError | undefined;
}

/** From whose metadata a request is resolved: the repositories', that of what the host has installed, or both. */
export type Scope = 'repositories' | 'installed' | 'both';

export interface WantedArchive {
  /** undefined for one that no repository lists. */
  readonly repository: string | undefined;
  readonly file: string;
}

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
  readonly size: number;
}
