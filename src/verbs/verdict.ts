import { createHash } from 'node:crypto';
import { keep, lookUp } from '../cache/store.ts';
import { concatenate } from '../image/write-image.ts';
import type { WrittenPart } from '../model/image.ts';
import type { Sys } from '../model/sys.ts';
import type { VerifyReport } from '../verify/report.ts';
import type { Decided } from './decide.ts';
import type { PartCache } from './part-cache.ts';
import { expectations } from './verify.ts';

/**
 * The verdict on an image of these very bytes, held against the same plan by the same program; undefined where there is none
 * yet. Only images that passed have one.
 */
export function recallVerdict(
  sys: Sys,
  cache: PartCache,
  decided: Decided,
  parts: readonly WrittenPart[],
): VerifyReport | undefined {
  const hash = createHash('sha256');
  for (const chunk of concatenate(sys, parts)) hash.update(chunk);
  const { store } = cache;
  const found = lookUp(sys, store, nameOf(cache, decided, hash.digest('hex')), store.directory);
  return found.type === 'found' && isReport(found.data) ? found.data : undefined;
}

/** Keeps the verdict on an image that passed. Called under the lock of the cache. */
export async function keepVerdict(
  sys: Sys,
  cache: PartCache,
  decided: Decided,
  report: VerifyReport,
): Promise<readonly string[]> {
  return keep(sys, cache.store, nameOf(cache, decided, report.sha256), report, new Map());
}

function nameOf({ makers }: PartCache, decided: Decided, image: string): string {
  const question = JSON.stringify({ image, tool: makers.tool, ...expectations(decided) });
  return `verdict-${createHash('sha256').update(question).digest('hex')}`;
}

// The seal is whole, and the program is part of the name: this very program has written it.
function isReport(data: unknown): data is VerifyReport {
  return typeof data === 'object' && data !== null && 'findings' in data;
}
