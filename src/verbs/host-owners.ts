import { chooseManager } from '../host/manager.ts';
import { readOs } from '../host/os.ts';
import { absolutePath } from '../model/brands.ts';
import type { Sys } from '../model/sys.ts';
import { readHostOwners } from '../packages/install.ts';
import { nothingAsked, readConfig } from './read-config.ts';
import type { Surroundings } from './verb.ts';

/** Which package of this machine ships which path. */
export async function hostOwners(
  sys: Sys,
  surroundings: Surroundings,
): Promise<ReadonlyMap<string, string>> {
  const root = absolutePath('/');
  const files = sys.root(root);
  const host = { root, os: readOs(files) };
  const { packageManager } = readConfig(sys, host, surroundings, nothingAsked);
  return readHostOwners(sys, chooseManager(files, packageManager).manager, root);
}
