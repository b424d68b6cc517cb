import { fnmatch } from '../formats/fnmatch.ts';
import type { Explanation, WrittenFile } from '../model/explanation.ts';
import type { Origin } from '../model/origin.ts';
import type { Plan } from '../model/plan.ts';
import { reasonChain } from './reason-chain.ts';

/** A file that a tree of ExtraTrees= or of extra/ brings. */
export interface TreeFile {
  /** In the image, without leading slash. */
  readonly path: string;
  readonly source: string;
  readonly from: Origin;
}

/** The files of the image that have the path or, without a slash, the file name asked for, and that a build writes or copies. */
export function explainWritten(
  plan: Plan,
  written: readonly WrittenFile[],
  trees: readonly TreeFile[],
  name: string,
): readonly Explanation[] {
  return [
    ...trees
      .filter(({ path }) => isCalled(path, name))
      .map(({ path, source, from }) => ({
        kind: 'file' as const,
        name: `/${path}`,
        lines: [
          { of: null, remark: { type: 'copied', source, from } as const },
          ...reasonChain(plan, 'tree', from),
        ],
      })),
    ...firstOnly(
      written.filter(({ path }) => isCalled(path, name)),
      name,
    ).map(({ path, how }) => ({
      kind: 'file' as const,
      name: name.includes('/') ? `/${name.replace(/^\//, '')}` : `/${path}`,
      lines: [{ of: null, remark: { type: 'written', how } as const }],
    })),
  ];
}

/** A path is one file: the first pattern says the most of it. */
function firstOnly(found: readonly WrittenFile[], name: string): readonly WrittenFile[] {
  return name.includes('/') ? found.slice(0, 1) : found;
}

/** `path` may have wildcards, each within a part. /usr is merged in an image, or the names agree. */
function isCalled(path: string, name: string): boolean {
  const parts = path.split('/');
  // "*" alone stands for names that only a whole path tells.
  const last = parts.at(-1) ?? '';
  if (!name.includes('/')) return last !== '*' && fnmatch(last, name);
  const wanted = name.replace(/^\//, '');
  return [wanted, `usr/${wanted}`].some((each) => {
    const given = each.split('/');
    return (
      given.length === parts.length &&
      parts.every((part, index) => fnmatch(part, given[index] ?? ''))
    );
  });
}
