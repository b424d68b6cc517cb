import type { AbsolutePath } from './brands.ts';
import type { WrittenPart } from './image.ts';
import type { ResolvedPackage } from './packages.ts';

/**
 * The base part, and all facts about its root that later steps need. The root itself is removed before they run, so
 * that a cached Base can replace installing the packages.
 */
export interface Base {
  readonly part: WrittenPart;
  /** Uncompressed cpio archive of the image's depmod and its libraries; undefined if no package brought a depmod. */
  readonly depmod: AbsolutePath | undefined;
  readonly packages: readonly ResolvedPackage[];
  /** Path without leading slash to the name of the package that ships it. */
  readonly owners: ReadonlyMap<string, string>;
  /** The packages of the part's entries in their order, with how many in a row; null where no package has them. */
  readonly ownersInOrder: readonly OwnerRun[];
  /** By their paths without leading slash. */
  readonly directories: ReadonlyMap<string, Permissions>;
  /** The base's /etc/shadow; undefined where there is none. */
  readonly shadow: (Permissions & { readonly text: string }) | undefined;
  /** BUG_REPORT_URL of the distribution. */
  readonly bugs: string | undefined;
  /** Build time of the newest package, seconds since 1970. */
  readonly newestPackageTime: number;
  readonly warnings: readonly string[];
}

export type OwnerRun = readonly [owner: string | null, count: number];

export interface Permissions {
  /** Permission bits, 0 to 0o7777. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
}
