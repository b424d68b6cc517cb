import type { PartName } from './plan.ts';

/** Where a part of a build came from, for the report. */
export interface PartOrigin {
  readonly part: PartName;
  readonly from: CacheAnswer;
}

export type CacheAnswer =
  /** `unchanged`: nothing on the host has changed since; `same packages`: something has, and it comes to the same. */
  | { readonly type: 'cached'; readonly by: 'unchanged' | 'same packages' }
  | { readonly type: 'made'; readonly why: WhyMade };

export type WhyMade =
  /** Cache=no. */
  | { readonly type: 'off' }
  /** The program runs from its sources, which no digest stands for. */
  | { readonly type: 'from source' }
  /** A script that sees the host: nobody knows what it reads there. */
  | { readonly type: 'script'; readonly path: string }
  /** The cache cannot be used; `message` is the error's. */
  | { readonly type: 'unusable'; readonly message: string }
  /** Nothing was kept that was made with these settings by this program. */
  | { readonly type: 'new' }
  /** `path` has changed, and what is to go in is not what is in any part that was kept. */
  | { readonly type: 'changed'; readonly path: string }
  /** The part that was kept is not as it was written. */
  | { readonly type: 'damaged' };

/** In a few words, as the report has it. */
export function describeCacheAnswer(answer: CacheAnswer): string {
  if (answer.type === 'made') return `made: ${describeWhyMade(answer.why)}`;
  switch (answer.by) {
    case 'unchanged':
      return 'from the cache';
    case 'same packages':
      return 'from the cache: the same packages';
    default:
      return answer.by satisfies never;
  }
}

function describeWhyMade(why: WhyMade): string {
  switch (why.type) {
    case 'off':
      return 'the cache is off';
    case 'from source':
      return 'the program is not bundled';
    case 'script':
      return `"${why.path}" may read the host`;
    case 'unusable':
      return why.message;
    case 'new':
      return 'nothing like it is cached';
    case 'changed':
      return `"${why.path}" has changed`;
    case 'damaged':
      return 'the cached one was damaged';
    default:
      return why satisfies never;
  }
}
