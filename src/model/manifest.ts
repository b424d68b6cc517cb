import type { Compression } from './config.ts';
import type { PackageOrigin } from './packages.ts';
import type { PartName } from './plan.ts';

/**
 * The contents of an image, for an inventory of software: sorted plain JSON, the same for the same image. It lies in
 * the image as /usr/lib/pkginitrd/manifest.json, and beside it with what is known only when the image is written.
 */
export interface Manifest {
  /** Raised when a field changes its meaning. */
  readonly version: 1;
  readonly kernelVersion: string;
  readonly architecture: string;
  /** True for an image for any machine. */
  readonly generic: boolean;
  readonly distribution: {
    readonly id: string;
    readonly version: string | null;
    readonly bugs: string | null;
  };
  /** Seconds since 1970 that no file of the image is newer than. */
  readonly sourceDateEpoch: number;
  readonly manager: string;
  readonly packages: readonly ManifestPackage[];
  readonly parts: readonly ManifestPart[];
  /**
   * The packages that the base part's entries come from, in the archive's order, each with how many entries in a row; null where the
   * build itself has made them. A directory belongs to nobody and is counted with what comes before it.
   */
  readonly owners: readonly (readonly [owner: string | null, count: number])[];
  /** Paths in the image. */
  readonly modules: readonly string[];
  readonly firmware: readonly string[];
  /** By their names in pkginitrd.conf(5); values that may be secret are left out. */
  readonly settings: Readonly<Record<string, ManifestSetting>>;
  readonly dropIns: readonly string[];
}

export type ManifestSetting = string | number | boolean | null | readonly string[];

export interface ManifestPackage {
  readonly name: string;
  readonly version: string;
  readonly architecture: string;
  /**
   * Inside of the image an archive is an archive, whether it came from a cache or the network: the next build, which
   * finds it in the cache, gives the same image.
   */
  readonly origin: PackageOrigin | 'archive';
  /** ALGORITHM:HEX of the archive; null for what was taken from the installed system. */
  readonly digest: string | null;
  readonly source: string | null;
  readonly licences: readonly string[];
  readonly homepage: string | null;
  readonly bugs: string | null;
}

export interface ManifestPart {
  readonly name: PartName;
  readonly compression: Compression;
}

/** The manifest beside an image. */
export interface PlacedManifest extends Manifest {
  /** Tells whether the file at NAME is the image that this was written for. */
  readonly image: { readonly name: string; readonly bytes: number; readonly sha256: string };
  readonly parts: readonly (ManifestPart & {
    readonly bytes: number;
    readonly unpackedBytes: number;
  })[];
}
