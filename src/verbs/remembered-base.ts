import { changedInputs, joinedInputs, type Inputs } from '../cache/inputs.ts';
import { lookUp, type Found } from '../cache/store.ts';
import { logger } from '../log.ts';
import type { WhyMade } from '../model/cache.ts';
import { excerptDigest } from '../packages/excerpt.ts';
import type { BaseJob } from './base-job.ts';
import type { PartCache } from './part-cache.ts';

const debug = logger('cache');

/** The answer to a question asked before, and the files that it depended on. */
export interface Remembered {
  readonly key: string;
  /** Digest of what was chosen; null where that does not tell which archives will be taken. */
  readonly choice: string | null;
  /** Files that the choice depended on. */
  readonly chosen: Inputs;
  /** Files that were looked at while the chosen archives were taken. */
  readonly taken: Inputs;
}

function isRemembered(data: unknown): data is Remembered {
  return typeof data === 'object' && data !== null && 'taken' in data;
}

export type Whole = Extract<Found, { readonly type: 'found' }>;

type Earlier =
  | { readonly type: 'found'; readonly found: Whole; readonly inputs: Inputs }
  | {
      readonly type: 'none';
      readonly why: WhyMade;
      readonly remembered?: Remembered | undefined;
    };

/** The first level: no package manager runs. */
export function unchangedBase(
  { sys, workspace }: BaseJob,
  { store }: PartCache,
  question: string,
): Earlier {
  const remembered = lookUp(sys, store, question, workspace);
  if (remembered.type === 'damaged') return { type: 'none', why: { type: 'damaged' } };
  if (remembered.type === 'absent') return { type: 'none', why: { type: 'new' } };
  const { data } = remembered;
  if (!isRemembered(data)) return { type: 'none', why: { type: 'new' } };
  const { key } = data;
  const inputs = joinedInputs(data.chosen, data.taken);
  const [path] = changedInputs(sys, inputs, excerptDigest);
  if (path !== undefined) {
    debug('"%s" is not as it was: the package manager is asked', path);
    return { type: 'none', why: { type: 'changed', path }, remembered: data };
  }
  const found = lookUp(sys, store, key, workspace);
  if (found.type === 'found') return { type: 'found', found, inputs };
  return { type: 'none', why: { type: found.type === 'damaged' ? 'damaged' : 'new' } };
}

/**
 * Between the levels: the manager has chosen what it chose before, and no file is another that was looked at when that was
 * taken. Making archives of installed files again, to look at their digests, takes longer than all the rest.
 */
export function takenBefore(
  { sys, workspace }: BaseJob,
  { store }: PartCache,
  remembered: Remembered | undefined,
  choice: string | null,
): { readonly key: string; readonly found: Whole; readonly taken: Inputs } | undefined {
  if (remembered === undefined || choice === null || remembered.choice !== choice) return undefined;
  const { key, taken } = remembered;
  if (changedInputs(sys, taken, excerptDigest).next().done !== true) return undefined;
  const found = lookUp(sys, store, key, workspace);
  return found.type === 'found' ? { key, found, taken } : undefined;
}
