import { logger } from '../../log.ts';
import { alternativesOf } from '../../formats/package-word.ts';
import type { Reasoned } from '../../model/plan.ts';
import type { Job, PackageDriver, Resolution } from '../driver.ts';
import { UnknownPackages } from './unknown-packages.ts';

const debug = logger('packages');

/**
 * Resolves with the first alternative of each word of Packages= that the manager knows. The job that comes back asks
 * for those alone. Managers name all words at once that they do not know, so that this is one round more for a release
 * that lacks some.
 */
export async function resolveWishes<Host>(
  driver: PackageDriver<Host>,
  job: Job<Host>,
): Promise<{ readonly job: Job<Host>; readonly resolution: Resolution }> {
  let wishes = job.request.plan.install.map(({ value, from }) => ({
    from,
    left: alternativesOf(value),
  }));
  for (;;) {
    const settled = asking(job, wishes);
    try {
      return { job: settled, resolution: await driver.resolve(settled) };
    } catch (error) {
      if (!(error instanceof UnknownPackages)) throw error;
      const { words } = error;
      const isOver = ({ left: [first = '', ...others] }: Wish): boolean =>
        words.includes(first) && others.length > 0;
      if (!wishes.some(isOver)) throw error;
      debug('not known: %o', words);
      wishes = wishes.map((wish) => (isOver(wish) ? { ...wish, left: wish.left.slice(1) } : wish));
    }
  }
}

interface Wish {
  readonly from: Reasoned['from'];
  /** Alternatives that may be known, the next one first. */
  readonly left: readonly string[];
}

function asking<Host>(job: Job<Host>, wishes: readonly Wish[]): Job<Host> {
  const words = new Map<string, Reasoned>();
  for (const { from, left } of wishes) {
    const [value = ''] = left;
    if (value !== '' && !words.has(value)) words.set(value, { value, from });
  }
  const { request } = job;
  const plan = { ...request.plan, install: [...words.values()] };
  return { ...job, request: { ...request, plan } };
}
