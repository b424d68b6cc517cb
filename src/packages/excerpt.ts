import type { Excerpt, ReadExcerpt } from '../model/excerpt.ts';
import { aptExcerptDigest } from './apt/excerpt.ts';

/** Apart from the drivers, for a look that finds nothing changed needs none of them. */
export const excerptDigest: ReadExcerpt = (host, excerpt) =>
  digests[excerpt.manager](host, excerpt);

const digests = { apt: aptExcerptDigest } satisfies Readonly<
  Record<Excerpt['manager'], ReadExcerpt>
>;
