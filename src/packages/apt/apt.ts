import type { PackageDriver } from '../driver.ts';
import { readOwners } from './dpkg-owners.ts';
import { downloadDebs } from './download.ts';
import { aptExcerpt } from './considered.ts';
import { aptWitnesses, keptArchives, openApt, type AptHost } from './host.ts';
import { installArchives } from './install.ts';
import { readRelations } from './relations.ts';
import { resolvePackages } from './resolve.ts';
import { aptPaths } from './layout.ts';
import { debRecords, takeDebs } from './take.ts';

/** Debian's apt and dpkg, and those of everything like Debian. */
export const aptDriver: PackageDriver<AptHost> = {
  open: openApt,
  resolve: resolvePackages,
  relations: readRelations,
  records: debRecords,
  take: takeDebs,
  fetchesInto: ({ request }) => aptPaths(request).archives,
  download: downloadDebs,
  install: installArchives,
  witnesses: aptWitnesses,
  excerpt: aptExcerpt,
  keptArchives,
  hostOwners: async (sys, hostRoot) => readOwners(sys.root(hostRoot)),
};
