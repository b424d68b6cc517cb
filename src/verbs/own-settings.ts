import { readOs } from '../host/os.ts';
import { absolutePath } from '../model/brands.ts';
import type { Config } from '../model/config.ts';
import type { Sys } from '../model/sys.ts';
import { nothingAsked, readConfig } from './read-config.ts';
import type { Surroundings } from './verb.ts';

/** What the drop-ins say about the keeping of images, not about what is in one. */
export function ownSettings(
  sys: Sys,
  surroundings: Pick<Surroundings, 'vendorDirectory' | 'architecture'>,
): Pick<Config, 'keepPrevious' | 'refresh' | 'rescue'> {
  const root = absolutePath('/');
  return readConfig(sys, { root, os: readOs(sys.root(root)) }, surroundings, nothingAsked);
}
