import { loadConfig } from '../config/load.ts';
import { systemdVersion } from '../host/systemd.ts';
import type { AbsolutePath } from '../model/brands.ts';
import type { Config } from '../model/config.ts';
import type { OsFacts } from '../model/facts.ts';
import type { Sys } from '../model/sys.ts';
import type { Surroundings } from './verb.ts';

type Loaded = Parameters<typeof loadConfig>[1];

/** What a request and the machine's disks say to the drop-ins. */
export interface Asked extends Pick<
  Loaded,
  'profiles' | 'suggestedProfiles' | 'assignments' | 'generic'
> {
  readonly storageKnown: boolean;
}

/** For settings that are not about what is in an image: the machine's disks, which take long to read, do not count. */
export const nothingAsked: Asked = {
  profiles: [],
  suggestedProfiles: [],
  assignments: [],
  generic: false,
  storageKnown: true,
};

/** The drop-ins of a system, as its os-release and systemd match them. */
export function readConfig(
  sys: Sys,
  host: { readonly root: AbsolutePath; readonly os: OsFacts },
  { vendorDirectory, architecture }: Pick<Surroundings, 'vendorDirectory' | 'architecture'>,
  { storageKnown, ...asked }: Asked,
): Config {
  const { os, root: hostRoot } = host;
  return loadConfig(sys, {
    ...asked,
    hostRoot,
    vendorDirectory,
    facts: {
      distribution: os.id,
      distributionLike: os.idLike,
      release: [os.versionId, os.versionCodename].filter((word) => word !== undefined),
      architecture,
      systemdVersion: systemdVersion(sys.root(hostRoot)),
      storageKnown,
    },
  });
}
