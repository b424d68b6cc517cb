import type { AbsolutePath } from './brands.ts';
import type { Destination, ImageRequest } from './invocation.ts';
import type { PackageIdentity } from './packages.ts';
import type { Plan } from './plan.ts';

/** What is remembered of an image that was placed, to tell later if a build would come to another. Plain JSON. */
export interface PlacedImage {
  /** Raised when a field changes its meaning. */
  readonly version: 1;
  readonly image: AbsolutePath;
  /** Who asked for it; absent from what earlier releases remembered. */
  readonly destination?: Destination['type'];
  /** Bytes of the file; null for a directory, and for an image that kernel-install takes on. */
  readonly bytes: number | null;
  readonly request: ImageRequest;
  /** The program as the keys of cached parts have it; null where it was not bundled. */
  readonly tool: string | null;
  /** SHA-256 in hex of the manifest in it, by which a boot tells what it was booted with; absent from what earlier releases remembered. */
  readonly manifest?: string;
  readonly plan: Plan;
  readonly packages: readonly PlacedPackage[];
  /** Digest of what the running kernel tells of the machine. */
  readonly machine: string;
  /** Digests of the drop-ins' trees and scripts by their paths on this machine. */
  readonly contents: readonly (readonly [string, string])[];
  /** The same of the files of the host part. */
  readonly hostFiles: readonly (readonly [string, string])[];
}

export interface PlacedPackage extends Pick<PackageIdentity, 'name' | 'version' | 'architecture'> {
  /** ALGORITHM:HEX of the archive, where it is known. */
  readonly digest: string | null;
}
