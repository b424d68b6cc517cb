import { loadConfig } from '../config/load.ts';
import { chooseManager } from '../host/manager.ts';
import { readOs } from '../host/os.ts';
import { systemdVersion } from '../host/systemd.ts';
import { absolutePath } from '../model/brands.ts';
import type { Sys } from '../model/sys.ts';
import { readHostOwners } from '../packages/install.ts';
import type { Surroundings } from './verb.ts';

/** Which package of this machine ships which path. */
export async function hostOwners(
  sys: Sys,
  { vendorDirectory, architecture }: Surroundings,
): Promise<ReadonlyMap<string, string>> {
  const hostRoot = absolutePath('/');
  const root = sys.root(hostRoot);
  const os = readOs(root);
  const { packageManager } = loadConfig(sys, {
    hostRoot,
    vendorDirectory,
    facts: {
      distribution: os.id,
      distributionLike: os.idLike,
      release: [os.versionId, os.versionCodename].filter((word) => word !== undefined),
      architecture,
      systemdVersion: systemdVersion(root),
      storageKnown: false,
    },
    profiles: [],
    suggestedProfiles: [],
    assignments: [],
    generic: true,
  });
  const { manager } = chooseManager(root, packageManager);
  return readHostOwners(sys, manager, hostRoot);
}
