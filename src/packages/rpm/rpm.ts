import type { PackageDriver } from '../driver.ts';
import { downloadRpms } from './download.ts';
import type { RpmFrontEnd } from './front-end.ts';
import type { RpmHost } from './host.ts';
import { installRpms } from './install.ts';
import { openRpm, rpmWitnesses } from './open.ts';
import { hostOwnersCommand, parseOwners } from './owners.ts';
import { rpmRecords } from './records.ts';
import { readRelations } from './relations.ts';
import { resolveRpms } from './resolve.ts';
import { rpmPaths } from './layout.ts';
import { takeRpms } from './take.ts';

/** A manager that chooses and fetches, and rpm that installs. */
export function rpmDriver(frontEnd: RpmFrontEnd): PackageDriver<RpmHost> {
  return {
    open: async (sys, request) => openRpm(sys, request, frontEnd),
    resolve: resolveRpms,
    relations: readRelations,
    records: rpmRecords,
    take: takeRpms,
    fetchesInto: ({ request }) => rpmPaths(request).cache,
    download: downloadRpms,
    install: installRpms,
    witnesses: rpmWitnesses,
    keptArchives: `var/cache/pkginitrd/${frontEnd.ownCache}`,
    hostOwners: async (sys, hostRoot) => {
      const ran = await sys.run(hostOwnersCommand(hostRoot));
      return parseOwners(ran.stdout, sys.root(hostRoot));
    },
  };
}
