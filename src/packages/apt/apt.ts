import { fetchArchives } from './fetch.ts';
import { installArchives } from './install.ts';
import { resolvePackages } from './resolve.ts';
import { readOwners } from './dpkg-owners.ts';
import type { PackageDriver } from '../driver.ts';
import { timed } from '../shared/timed.ts';

/** Debian's apt and dpkg, and those of everything like Debian. */
export const aptDriver: PackageDriver = {
  resolve: async (sys, request) => timed(sys, 'resolve', resolvePackages(sys, request)),
  fetch: async (sys, request, resolution) =>
    timed(sys, 'fetch', fetchArchives(sys, request, resolution)),
  install: async (sys, request, fetched) =>
    timed(sys, 'install', installArchives(sys, request, fetched)),
  hostOwners: async (sys, hostRoot) => readOwners(sys.root(hostRoot)),
};
