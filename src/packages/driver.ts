import type { AbsolutePath } from '../model/brands.ts';
import type { Excerpt } from '../model/excerpt.ts';
import type { PackageRequest } from '../model/package-request.ts';
import type { Digest, PackageRelations, ResolvedPackage, RootTree } from '../model/packages.ts';
import type { Sys } from '../model/sys.ts';

/** One build's packages. `host` is everything that the driver needs of the host, read once by open(). */
export interface Job<Host> {
  readonly sys: Sys;
  readonly request: PackageRequest;
  readonly host: Host;
  /** Called for each archive that take() has looked for. */
  readonly onTaken?: () => void;
}

/** One package manager. Each step may be asked for without the next: a resolution alone tells whether a cached part fits. */
export interface PackageDriver<Host> {
  /** Reads the configuration, the package database and one listing of the caches. No later step reads them again. */
  open(sys: Sys, request: PackageRequest): Promise<Job<Host>>;
  /**
   * Which packages in which versions, without the network. Throws UnknownPackages with all words of Packages= that are
   * not known; those that stand there have no alternatives.
   */
  resolve(job: Job<Host>): Promise<Resolution>;
  /** The relations of those resolved packages of which the host knows them; for explanations only. */
  relations(job: Job<Host>, resolution: Resolution): Promise<readonly PackageRelations[]>;
  /**
   * What stands for archives whose digests nobody knows before they are taken: of an installed package its record in the
   * database, of a file in a cache its stamp. As long as that and every file that take() looks at stay the same, so do the
   * archives. One that is not in the answer has to be taken first.
   */
  records(
    job: Job<Host>,
    archives: readonly ResolvedArchive[],
  ): Promise<ReadonlyMap<ResolvedArchive, string>>;
  /** Takes every archive from the first source that has it. Throws BuildError naming those that no source has. */
  take(job: Job<Host>, resolution: Resolution): Promise<readonly Found[]>;
  /** The directory that archives are fetched into, and what is on its way there. */
  fetchesInto(job: Job<Host>): AbsolutePath;
  /** Fetches what is missing, and has digests and signatures checked of all. */
  download(job: Job<Host>, resolution: Resolution, found: readonly Found[]): Promise<Fetched>;
  /** Makes the root. Throws BuildError naming the package whose script failed. */
  install(job: Job<Host>, fetched: Fetched): Promise<RootTree>;
  /**
   * Files and directories of the host, from its root: as long as none of them changes, the same request comes to the
   * same packages; those that are not there count by staying away. Sorted. Installed files are not among them: the
   * database has their digests. A build that fetches writes into our own cache, which is one of them: take the stamp after.
   */
  witnesses(job: Job<Host>): readonly string[];
  /**
   * The part of some witnesses that the choice depends on. Absent where nobody can tell without the manager, undefined where
   * this choice depends on all of them. `words` are all alternatives of Packages=: the job has those alone that are known today.
   */
  excerpt?(
    job: Job<Host>,
    resolution: Resolution,
    words: readonly string[],
  ): Promise<Excerpted | undefined>;
  /** The directory of what was fetched and is kept for later builds, from the host's root. */
  readonly keptArchives: string;
  /** Which of the host's installed packages ships which path, directories left out. */
  hostOwners(sys: Sys, hostRoot: AbsolutePath): Promise<ReadonlyMap<string, string>>;
}

/** An excerpt, and the witnesses that it stands for. */
export interface Excerpted {
  readonly excerpt: Excerpt;
  readonly paths: readonly string[];
}

export interface Resolution {
  readonly archives: readonly ResolvedArchive[];
  /** Package lists of this build's own that fetching needs as well, as the manager sees them. */
  readonly index?: readonly string[];
  readonly warnings: readonly string[];
}

export interface ResolvedArchive extends Omit<ResolvedPackage, 'size'> {
  /** Bytes, where the manager prints them. */
  readonly size: number | undefined;
  /** Its name in the manager's cache. */
  readonly file: string;
  readonly from: ArchiveSource;
  /** Undefined where the manager checks the file by itself, or vouches for a file of the host's own cache. */
  readonly digest: Digest | undefined;
}

/** Who has an archive, as the manager sees it. */
export type ArchiveSource =
  /** A repository; `uri` is the archive's, where the manager prints it. */
  | { readonly type: 'repository'; readonly id: string; readonly uri: string | undefined }
  /** A cache of the host: no repository lists this version any more. */
  | { readonly type: 'superseded'; readonly path: string }
  /** The database of the installed system alone. */
  | { readonly type: 'installed only' };

/** An archive and the source that has it. */
export interface Found {
  readonly archive: ResolvedArchive;
  readonly taken: Taken;
}

export type Taken =
  /** Copied into the workspace: `file` is its path in the directory of archives. */
  | { readonly type: 'cached'; readonly file: string }
  /** Made of installed files, which lack what was changed on the host and whose packaged default is nowhere. */
  | {
      readonly type: 'rebuilt';
      readonly file: string;
      readonly bytes: number;
      readonly leftOut: readonly string[];
    }
  | { readonly type: 'fetch' };

/** An archive that no source has, and what each of them has instead. */
export interface Nowhere {
  readonly archive: ResolvedArchive;
  readonly cached: Missed;
  readonly installed:
    /** Not installed in this version, or in a format that is not written here. */
    | { readonly type: 'absent' }
    | { readonly type: 'impossible' }
    /** The manager has begun to install or remove it, and not ended; `state` is the manager's word for that. */
    | { readonly type: 'unfinished'; readonly state: string }
    | { readonly type: 'changed'; readonly files: readonly string[] };
}

/** Why an archive of a cache is not used; `copies` are the damaged files, where they are known. */
export type Missed =
  | { readonly type: 'absent' }
  | { readonly type: 'unsigned' }
  | { readonly type: 'damaged'; readonly copies: readonly string[] };

export interface Fetched {
  readonly archives: readonly FetchedArchive[];
  readonly warnings: readonly string[];
}

export interface FetchedArchive extends ResolvedArchive {
  readonly size: number;
  /** Bytes of its files, where the manager knows. */
  readonly unpackedSize?: number | undefined;
  /** A copy in the workspace. */
  readonly path: AbsolutePath;
  /** Its files have to be there before any script of a package runs. */
  readonly early: boolean;
  /** Files of the installed package that were changed there and are not in the archive. */
  readonly leftOut: readonly string[];
}
