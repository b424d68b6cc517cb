import type { RootFiles } from './sys.ts';

/**
 * The part of a host's package database, and of its caches of archives, that a choice of packages depends on: what they have
 * of some packages. A kernel that is installed changes the database, and seldom this. Plain JSON.
 */
export interface Excerpt {
  readonly manager: 'apt';
  /** Packages, and virtual ones, that the manager may look at. */
  readonly names: readonly string[];
  /** Words of the request that a name may match which nobody knows yet. */
  readonly patterns: readonly string[];
  /** Directories of archives, from the host's root. */
  readonly archives: readonly string[];
}

/** Digest of an excerpt as a host has it now. */
export type ReadExcerpt = (host: RootFiles, excerpt: Excerpt) => string;
