import { absolutePath, type AbsolutePath } from '../../model/brands.ts';
import type { Sandbox } from '../../model/sys.ts';
import type { PackageRequest } from '../driver.ts';

/** Where things lie inside the sandboxes: below /run, the only place where mount points can be made. */
export const inside = {
  state: '/run/pkginitrd',
  archives: '/run/pkginitrd/archives',
  hooks: '/run/pkginitrd/hooks',
  conf: '/run/pkginitrd/pacman.conf',
  localConf: '/run/pkginitrd/local.conf',
  root: '/run/pkginitrd-root',
  database: '/run/pkginitrd-root/var/lib/pacman',
};

/** Where they lie on this machine. */
export interface PacmanPaths {
  readonly root: AbsolutePath;
  readonly state: AbsolutePath;
  readonly archives: AbsolutePath;
  /** Archives and signatures kept from build to build. */
  readonly cache: AbsolutePath;
}

export function pacmanPaths({ workspace, hostRoot }: PackageRequest): PacmanPaths {
  return {
    root: absolutePath(`${workspace}/root`),
    state: absolutePath(`${workspace}/pacman`),
    archives: absolutePath(`${workspace}/pacman/archives`),
    cache: absolutePath(`${hostRoot}/${keptArchives}`),
  };
}

export const keptArchives = 'var/cache/pkginitrd/pacman';

/**
 * The host's pacman with the host read-only: configuration, keyring, databases and caches at their places. Scripts and
 * hooks run in the root under construction, to which pacman changes, with a /dev and a /proc of their own.
 */
export function pacmanSandbox(request: PackageRequest, network: boolean): Sandbox {
  const { root, state } = pacmanPaths(request);
  return {
    root: request.hostRoot,
    rootWritable: false,
    binds: [
      { source: state, target: inside.state, writable: true },
      { source: root, target: inside.root, writable: true },
    ],
    chroots: [inside.root],
    network,
    suppressSync: true,
  };
}
