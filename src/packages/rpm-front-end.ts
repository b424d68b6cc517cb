import type { BuildError } from '../model/errors.ts';
import type { Command, Ran, RootFiles } from '../model/sys.ts';
import type { PackageRequest } from './driver.ts';
import type { HostRpm } from './rpm-host.ts';

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
  /** Where in the cache an archive may lie, as a shell pattern. */
  archivePattern(archive: { readonly repository: string; readonly file: string }): string;
  /** Where a package that lies `below` a local repository would be in the cache; undefined without metadata of it. */
  placeFor(cache: RootFiles, repository: string, below: string): string | undefined;
  resolveCommand(request: PackageRequest, wanted: readonly string[]): Command;
  downloadCommand(request: PackageRequest, wanted: readonly string[], network: boolean): Command;
  parse(ran: Ran): Answer;
  /** The word that asks for just this version. */
  pin(name: string, rpm: Pick<HostRpm, 'version' | 'architecture'>): string;
  /** What a failed download means, where its output tells. */
  explainDownload(ran: Ran): BuildError | undefined;
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
