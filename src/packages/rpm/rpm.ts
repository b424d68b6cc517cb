import type { PackageDriver } from '../driver.ts';
import { hostOwnersCommand } from './commands.ts';
import { parseOwners } from './owners.ts';
import { fetchRpms } from './fetch.ts';
import type { RpmFrontEnd } from './front-end.ts';
import { installRpms } from './install.ts';
import { resolveRpms } from './resolve.ts';
import { timed } from '../shared/timed.ts';

/** A manager that chooses and fetches, and rpm that installs. */
export function rpmDriver(frontEnd: RpmFrontEnd): PackageDriver {
  return {
    resolve: async (sys, request) => timed(sys, 'resolve', resolveRpms(sys, request, frontEnd)),
    fetch: async (sys, request, resolution) =>
      timed(sys, 'fetch', fetchRpms(sys, request, frontEnd, resolution)),
    install: async (sys, request, fetched) =>
      timed(sys, 'install', installRpms(sys, request, fetched)),
    hostOwners: async (sys, hostRoot) => {
      const ran = await sys.run(hostOwnersCommand(hostRoot));
      return parseOwners(ran.stdout, sys.root(hostRoot));
    },
  };
}
