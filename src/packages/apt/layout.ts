import { absolutePath, type AbsolutePath } from '../../model/brands.ts';
import type { Sandbox } from '../../model/sys.ts';
import type { PackageRequest } from '../driver.ts';

/** Where things lie inside the sandboxes. Mount points can be made below /run only: a host root is read-only. */
export const inside = {
  state: '/run/pkginitrd',
  cache: '/run/pkginitrd-cache',
  archives: '/run/pkginitrd-archives',
  root: '/run/pkginitrd-root',
};

/** Where they lie on this machine. */
export interface AptPaths {
  readonly root: AbsolutePath;
  /** apt's own idea of an empty system: status file, preferences, archives. */
  readonly state: AbsolutePath;
  readonly archives: AbsolutePath;
  /** Kept from build to build: apt's binary caches, and `archives`. */
  readonly cache: AbsolutePath;
}

export function aptPaths({ workspace, hostRoot }: PackageRequest): AptPaths {
  return {
    root: absolutePath(`${workspace}/root`),
    state: absolutePath(`${workspace}/apt`),
    archives: absolutePath(`${workspace}/apt/archives`),
    cache: absolutePath(`${hostRoot}/var/cache/pkginitrd/apt`),
  };
}

/** For apt: the host read-only, with its configuration, keys and lists at their places. */
export function aptSandbox(request: PackageRequest, network: boolean): Sandbox {
  const { state, cache } = aptPaths(request);
  return {
    root: request.hostRoot,
    rootWritable: false,
    binds: [
      { source: state, target: inside.state, writable: true },
      { source: cache, target: inside.cache, writable: true },
    ],
    network,
    suppressSync: true,
  };
}

/** For the host's dpkg-deb and tar, which fill a root that has no tools yet. No script of a package runs here. */
export function extractSandbox(request: PackageRequest): Sandbox {
  const { archives, root } = aptPaths(request);
  return {
    root: request.hostRoot,
    rootWritable: false,
    binds: [
      { source: archives, target: inside.archives, writable: false },
      { source: root, target: inside.root, writable: true },
    ],
    network: false,
    suppressSync: true,
  };
}

/** For the root's own dpkg: the root is all that it and the packages' scripts see of the machine. */
export function rootSandbox(request: PackageRequest): Sandbox {
  const { archives, root } = aptPaths(request);
  return {
    root,
    rootWritable: true,
    binds: [{ source: archives, target: inside.archives, writable: false }],
    network: false,
    suppressSync: true,
  };
}
