import type { PackageDriver } from '../driver.ts';
import { keptArchives, pacmanPaths } from './layout.ts';
import { readPacmanConf } from './conf.ts';
import { downloadPackages, localRecords, takePackages } from './fetch.ts';
import { openPacman, pacmanWitnesses, type PacmanHost } from './host.ts';
import { installArchives } from './install.ts';
import { readLocalOwners } from './local.ts';
import { readRelations } from './relations.ts';
import { resolvePackages } from './resolve.ts';

/** Arch Linux's pacman, 6 and 7, and that of everything like Arch Linux. */
export const pacmanDriver: PackageDriver<PacmanHost> = {
  open: openPacman,
  resolve: resolvePackages,
  relations: readRelations,
  records: localRecords,
  take: takePackages,
  fetchesInto: ({ request }) => pacmanPaths(request).archives,
  download: downloadPackages,
  install: installArchives,
  witnesses: pacmanWitnesses,
  keptArchives,
  hostOwners: async (sys, hostRoot) => {
    const host = sys.root(hostRoot);
    return readLocalOwners(host, readPacmanConf(host).database);
  },
};
