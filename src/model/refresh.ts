import type { AbsolutePath } from './brands.ts';
import type { Difference } from './difference.ts';

/** What `refresh` did with an image that a build would change. */
export interface Refreshed {
  readonly image: AbsolutePath;
  readonly differences: readonly Difference[];
  readonly end:
    | { readonly type: 'built' }
    /** It is not the one that was placed: somebody has changed it on purpose. */
    | { readonly type: 'left' }
    /** A rescue image for which the same was tried before, in vain. */
    | { readonly type: 'tried' }
    | { readonly type: 'failed'; readonly message: string };
}
