import { logger } from '../log.ts';
import type { RootTree } from '../model/packages.ts';
import type { RootPlan } from '../model/plan.ts';
import type { Sys } from '../model/sys.ts';
import { isOwn } from './own-files.ts';
import { removeUnusedLibraries } from './unused-libraries.ts';

const debug = logger('root');

// Installing makes these; they differ from build to build and are of no use at boot.
const alwaysRemoved = [
  'var/cache/ldconfig',
  'etc/.pwd.lock',
  'etc/passwd-',
  'etc/group-',
  'etc/shadow-',
  'etc/gshadow-',
  'etc/.updated',
  'var/.updated',
  'var/lib/systemd/random-seed',
  'var/lib/systemd/catalog/database',
];

/** Removes what RemoveFiles= and RemoveUnusedLibraries= name, the package database unless it is kept, and what only building left behind. */
export function removeLeftovers(sys: Sys, tree: RootTree, plan: RootPlan): void {
  const root = sys.root(tree.root);
  const metadata = plan.cleanPackageMetadata ? tree.metadata : [];
  for (const path of [...alwaysRemoved, ...metadata]) root.remove(path);
  for (const { value, from, isDefault } of plan.removeFiles) {
    const paths = root.glob(value).filter((path) => !(isDefault && isOwn(sys, tree, plan, path)));
    debug('RemoveFiles=%s (%s): %d paths', value, from, paths.length);
    for (const path of paths) root.remove(path);
  }
  removeUnusedLibraries(sys, root, plan.removeUnusedLibraries);
  for (const directory of ['tmp', 'run', 'var/tmp', 'proc', 'sys']) {
    for (const name of root.list(directory)) root.remove(`${directory}/${name}`);
  }
}
