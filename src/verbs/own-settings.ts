import { loadConfig } from '../config/load.ts';
import { readOs } from '../host/os.ts';
import { systemdVersion } from '../host/systemd.ts';
import { absolutePath } from '../model/brands.ts';
import type { Config } from '../model/config.ts';
import type { Sys } from '../model/sys.ts';
import type { Surroundings } from './verb.ts';

/**
 * What the drop-ins say about the keeping of images, not about what is in one: profiles and the storage of this machine, which take long
 * to read, do not count.
 */
export function ownSettings(
  sys: Sys,
  { vendorDirectory, architecture }: Pick<Surroundings, 'vendorDirectory' | 'architecture'>,
): Pick<Config, 'keepPrevious' | 'refresh'> {
  const hostRoot = absolutePath('/');
  const root = sys.root(hostRoot);
  const os = readOs(root);
  return loadConfig(sys, {
    hostRoot,
    vendorDirectory,
    facts: {
      distribution: os.id,
      distributionLike: os.idLike,
      release: [os.versionId, os.versionCodename].filter((word) => word !== undefined),
      architecture,
      systemdVersion: systemdVersion(root),
      storageKnown: true,
    },
    profiles: [],
    suggestedProfiles: [],
    assignments: [],
    generic: false,
  });
}
