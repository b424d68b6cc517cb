import { treeDigest } from '../cache/tree-digest.ts';
import { absolutePath, type AbsolutePath } from '../model/brands.ts';
import type { Plan } from '../model/plan.ts';
import type { Sys } from '../model/sys.ts';

/** Paths of this machine that a plan's base part has the contents of. */
export function treesAndScripts({ root }: Plan): readonly AbsolutePath[] {
  return [
    ...root.extraTrees.map(({ source }) => absolutePath(source)),
    ...[...root.postinst, ...root.finalize].map(({ path }) => absolutePath(path)),
  ];
}

/** Their digests. */
export function contentsOf(sys: Sys, plan: Plan): ReadonlyMap<string, string> {
  return new Map(treesAndScripts(plan).map((path) => [path, treeDigest(sys, path)]));
}
