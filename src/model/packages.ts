import type { AbsolutePath } from './brands.ts';

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

export interface PackageAbout {
  /** Name of the source package. */
  readonly source: string | undefined;
  /** Short names of licences, sorted; empty where the package does not say it in a form for programs. */
  readonly licences: readonly string[];
  readonly homepage: string | undefined;
  /** Where bugs of this one package are reported, if not where the distribution's are. */
  readonly bugs: string | undefined;
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
