import type { PackageDriver } from '../driver.ts';
import { fetchArchives } from './fetch.ts';
import { installArchives } from './install.ts';
import { readLocalOwners } from './local.ts';
import { readPacmanConf } from './conf.ts';
import { resolvePackages } from './resolve.ts';
import { timed } from '../shared/timed.ts';

/** Arch Linux's pacman, 6 and 7, and that of everything like Arch Linux. */
export const pacmanDriver: PackageDriver = {
  resolve: async (sys, request) => timed(sys, 'resolve', resolvePackages(sys, request)),
  fetch: async (sys, request, resolution) =>
    timed(sys, 'fetch', fetchArchives(sys, request, resolution)),
  install: async (sys, request, fetched) =>
    timed(sys, 'install', installArchives(sys, request, fetched)),
  hostOwners: async (sys, hostRoot) => {
    const host = sys.root(hostRoot);
    return readLocalOwners(host, readPacmanConf(host).database);
  },
};
