import { absolutePath, type AbsolutePath } from '../../model/brands.ts';
import type { PackageRequest } from '../../model/package-request.ts';
import type { Sandbox } from '../../model/sys.ts';
import { downloading, installing, querying } from './visible.ts';

/** Paths inside the sandboxes. Below /run, which every sandbox has of its own. */
export const inside = {
  /** The manager's cache of this build: the host's metadata, and every archive of the request. */
  cache: '/run/pkginitrd/cache',
  /** A system without any package, which the manager resolves for. */
  empty: '/run/pkginitrd/empty',
  state: '/run/pkginitrd',
  root: '/run/pkginitrd-root',
};

/** The same on this machine. */
export interface RpmPaths {
  readonly root: AbsolutePath;
  readonly state: AbsolutePath;
  readonly cache: AbsolutePath;
}

export function rpmPaths({ workspace, room = workspace }: PackageRequest): RpmPaths {
  return {
    root: absolutePath(`${room}/root`),
    state: absolutePath(`${workspace}/rpm`),
    cache: absolutePath(`${workspace}/rpm/cache`),
  };
}

/** For rpm and the manager, whose configuration is added: package database and keys at their places. */
export function managerSandbox(request: PackageRequest, network: boolean): Sandbox {
  return {
    root: request.hostRoot,
    visible: network ? downloading : querying,
    rootWritable: false,
    binds: [{ source: rpmPaths(request).state, target: inside.state, writable: true }],
    network,
    suppressSync: true,
  };
}

/**
 * For the host's rpm, which fills the root and changes its root to it for the scripts. Neither rpm nor a manager mounts
 * anything there, and a script's `>/dev/null` would leave a regular file. A script can leave that root: it finds programs.
 */
export function installSandbox(request: PackageRequest): Sandbox {
  const { state, root } = rpmPaths(request);
  return {
    root: request.hostRoot,
    visible: installing,
    rootWritable: false,
    binds: [
      { source: state, target: inside.state, writable: false },
      { source: root, target: inside.root, writable: true },
    ],
    chroots: [inside.root],
    network: false,
    suppressSync: true,
  };
}

/** The id of a repository of what the host has installed. */
export const installedRepository = 'pkginitrd-installed';

/** rpm's exit code is the number of packages that failed. */
export const anyFailure = Array.from({ length: 256 }, (_, code) => code);

/** A package's identity as a query format of rpm. */
export const nameVersionArchitecture = '%{NAME}\\t%{EPOCHNUM}:%{VERSION}-%{RELEASE}\\t%{ARCH}';

export function withoutZeroEpoch(version: string): string {
  return version.replace(/^0:/, '');
}
