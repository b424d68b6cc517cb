import type { AbsolutePath } from './brands.ts';
import type { OsFacts } from './facts.ts';
import type { PackagePlan } from './plan.ts';

/** The packages to install, from whose configuration and caches, and where. */
export interface PackageRequest {
  readonly plan: PackagePlan;
  readonly os: OsFacts;
  /** Its manager, configuration, keys, metadata and caches are used; nothing outside of /var/cache/pkginitrd is written. */
  readonly hostRoot: AbsolutePath;
  /** A directory of this build's own. */
  readonly workspace: AbsolutePath;
  /** Another one, for the root and all that is unpacked on the way to it; the workspace by default. */
  readonly room?: AbsolutePath;
  /** Seconds since 1970 that scripts take for the time of the build; undefined: the newest package's. */
  readonly sourceDateEpoch: number | undefined;
  /** Translations for other locales are left out where the manager can do so; undefined: all are kept. */
  readonly locale?: string;
}
