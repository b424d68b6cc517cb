import type { AbsolutePath } from './brands.ts';

/** A package as the manager resolved it. */
export interface ResolvedPackage {
  readonly name: string;
  readonly version: string;
  readonly architecture: string;
  /** Bytes of the archive. */
  readonly size: number;
  readonly origin: 'cache' | 'network';
  /** The version that the host has installed, where it has the package at all. */
  readonly hostVersion: string | undefined;
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
