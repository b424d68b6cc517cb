import { absolutePath } from '../model/brands.ts';
import type { Origin } from '../model/origin.ts';
import type { RootPlan } from '../model/plan.ts';
import type { Sys } from '../model/sys.ts';

/** Bytes of what trees bring into the root. */
export function treeBytes(sys: Pick<Sys, 'root'>, trees: RootPlan['extraTrees']): number {
  const machine = sys.root(absolutePath('/'));
  return treeFiles(sys, trees).reduce(
    (sum, { source }) => sum + (machine.lstat(source)?.size ?? 0),
    0,
  );
}

/** The paths in the image of the files that trees bring into the root, without leading slash. */
export function broughtPaths(
  sys: Pick<Sys, 'root'>,
  trees: RootPlan['extraTrees'],
): readonly string[] {
  return treeFiles(sys, trees).map(({ path }) => path);
}

/** The files that trees bring into the root: each by its path in the image, without leading slash. */
export function treeFiles(
  sys: Pick<Sys, 'root'>,
  trees: RootPlan['extraTrees'],
): readonly { readonly path: string; readonly source: string; readonly from: Origin }[] {
  const machine = sys.root(absolutePath('/'));
  return trees.flatMap(({ source, target, from }) => {
    const prefix = target.replace(/^\/+|\/+$/g, '');
    if (machine.stat(source)?.type !== 'directory') return [{ path: prefix, source, from }];
    return [...sys.root(absolutePath(source)).walk('/')]
      .filter(({ type }) => type !== 'directory')
      .map(({ path }) => ({
        path: prefix === '' ? path : `${prefix}/${path}`,
        source: `${source}/${path}`,
        from,
      }));
  });
}
