import { namesPackage } from '../formats/package-word.ts';
import { absolutePath } from '../model/brands.ts';
import type { RootTree } from '../model/packages.ts';
import type { RootPlan } from '../model/plan.ts';
import type { Sys } from '../model/sys.ts';

/** Tells for a path without leading slash if it is a file of a tree or package that the user has named. */
export function isOwn(
  sys: Pick<Sys, 'root'>,
  tree: RootTree,
  plan: RootPlan,
  path: string,
): boolean {
  // Lists of packages may name a file by its place before /usr was merged.
  const owner = tree.owners.get(path) ?? tree.owners.get(path.replace(/^usr\//, ''));
  if (owner !== undefined && plan.ownPackages.some((word) => namesPackage(word, owner))) {
    return true;
  }
  return plan.extraTrees.some(({ source, target }) => {
    const prefix = target.replace(/^\/+|\/+$/g, '');
    // The target of a single file is its path.
    if (path === prefix) return true;
    if (prefix !== '' && !path.startsWith(`${prefix}/`)) return false;
    const inside = prefix === '' ? path : path.slice(prefix.length + 1);
    const found = sys.root(absolutePath(source)).lstat(inside);
    return found !== undefined && found.type !== 'directory';
  });
}
