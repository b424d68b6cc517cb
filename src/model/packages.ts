import type { AbsolutePath } from './brands.ts';
import type { Reasoned } from './plan.ts';

/**
 * Where a package was taken from: an archive of a cache, the files that the host has installed, an archive of a
 * repository. Archives are checked against their signed digests; installed files are trusted as the host itself is.
 */
export type PackageOrigin = 'cache' | 'installed' | 'network';

/** A package as the manager resolved it. */
export interface ResolvedPackage {
  readonly name: string;
  readonly version: string;
  readonly architecture: string;
  /** Bytes of the archive. */
  readonly size: number;
  readonly origin: PackageOrigin;
  /** The version that the host has installed, where it has the package at all. */
  readonly hostVersion: string | undefined;
  /** The digest of the archive; undefined for a package taken from the installed system. */
  readonly digest?: Digest | undefined;
  /** The fields that the package has of itself; undefined before it is installed. */
  readonly about?: PackageAbout | undefined;
}

export interface Digest {
  readonly algorithm: 'sha256' | 'sha512';
  readonly hex: string;
}

/** A package as it would be installed: the same identity, the same files. */
export interface PackageIdentity extends Pick<
  ResolvedPackage,
  'name' | 'version' | 'architecture'
> {
  readonly origin: 'archive' | 'installed';
  /** ALGORITHM:HEX of the archive. */
  readonly digest: string;
}

export interface PackageAbout {
  /** Name of the source package. */
  readonly source: string | undefined;
  /** Short names of licences, sorted; empty where the package does not say it in a form for programs. */
  readonly licences: readonly string[];
  readonly homepage: string | undefined;
  /** Where bugs of this one package are reported, if not where the distribution's are. */
  readonly bugs: string | undefined;
}

/** The manager's answer to a request, before anything is fetched. */
export interface PackageAnswer {
  readonly packages: readonly ResolvedPackage[];
  /** The words of Packages= that were asked for: of alternatives the one that is known. */
  readonly asked: readonly Reasoned[];
  /** Of those packages whose relations the host knows. */
  readonly relations: readonly PackageRelations[];
  readonly warnings: readonly string[];
}

/** The names that a package goes by and asks for, without versions. */
export interface PackageRelations {
  readonly name: string;
  /** Names besides its own, and paths that others ask for. */
  readonly provides: readonly string[];
  /** Any of the names in an entry satisfies it. */
  readonly needs: readonly (readonly string[])[];
  readonly recommends: readonly (readonly string[])[];
  /** True where it is installed without being asked for. */
  readonly isEssential: boolean;
}

/** A root with every package installed and configured. */
export interface RootTree {
  readonly root: AbsolutePath;
  readonly packages: readonly ResolvedPackage[];
  /** Path without leading slash to the name of the package that ships it. */
  readonly owners: ReadonlyMap<string, string>;
  /** The manager's own files in the root, which CleanPackageMetadata= removes: paths without leading slash. */
  readonly metadata: readonly string[];
  /** Build time of the newest package, seconds since 1970. */
  readonly newestPackageTime: number;
  readonly warnings: readonly string[];
}
