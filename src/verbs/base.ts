import { joinedInputs, type Inputs } from '../cache/inputs.ts';
import { baseKey, baseQuestion } from '../cache/key.ts';
import { recording } from '../cache/recording.ts';
import { trim } from '../cache/prune.ts';
import { keep, lookUp } from '../cache/store.ts';
import { putTogether, takeApart } from '../cache/stored-base.ts';
import type { Base } from '../model/base.ts';
import type { CacheAnswer, WhyMade } from '../model/cache.ts';
import type { PackageIdentity } from '../model/packages.ts';
import type { Sys } from '../model/sys.ts';
import type { Prepared, Ready } from '../packages/install.ts';
import { decodeFacts, encodeFacts, type PartFacts, type StoredFacts } from '../verify/read-back.ts';
import { lookedAt, takeChosen, takenBy } from './base-inputs.ts';
import type { BaseJob } from './base-job.ts';
import type { Decided } from './decide.ts';
import { finishBase, prepareBase } from './make-base.ts';
import type { PartCache } from './part-cache.ts';
import { takenBefore, unchangedBase, type Remembered, type Whole } from './remembered-base.ts';
import { contentsOf } from './trees.ts';
import { readPartBack } from './verify.ts';

export interface BaseAnswer {
  readonly base: Base;
  /** What reading the part back has shown; undefined where something is wrong with it. */
  readonly facts: PartFacts | undefined;
  readonly from: CacheAnswer;
  /** The files of this machine that it was made of; undefined where one changed meanwhile. */
  readonly inputs: Inputs | undefined;
  /** Sentences about a cache that keeps nothing. */
  readonly warnings: readonly string[];
}

/**
 * The base part: as it is cached where nothing on the host has changed since it was made; else as it is cached for the
 * packages that the manager chooses; else made anew. Called under the lock of the cache, which `release` ends early: a
 * part that is not kept is nobody's to wait for, once its packages are fetched.
 */
export async function getBase(
  job: BaseJob,
  cache: PartCache | WhyMade,
  release: () => void,
): Promise<BaseAnswer> {
  if ('type' in cache) return withoutCache(job, cache, release);
  const script = scriptOutside(job.decided);
  return script === undefined ? withCache(job, cache) : withoutCache(job, script, release);
}

async function withoutCache(job: BaseJob, why: WhyMade, release: () => void): Promise<BaseAnswer> {
  const now = job.sys.fileTime(job.workspace);
  const watched = recording(job.sys);
  const prepared = await choose(watched.sys, job);
  const chosenBy = await lookedAt(job, prepared, watched);
  watched.restart();
  const ready = await fetch(job, prepared);
  release();
  const made = await make(job, ready);
  const [chosen, taken] = [takeChosen(job, chosenBy, now), takenBy(job, watched, now)];
  const inputs = chosen && taken && joinedInputs(chosen, taken);
  return { ...made, inputs, from: { type: 'made', why }, warnings: [] };
}

async function withCache(job: BaseJob, cache: PartCache): Promise<BaseAnswer> {
  const { sys, decided, workspace, steps } = job;
  const { store, makers } = cache;
  const question = `inputs-${baseQuestion(decided.plan, decided.os, makers)}`;
  const now = sys.fileTime(workspace);
  const earlier = await steps.take('cache', 'Looking for a cached base part', async () =>
    unchangedBase(job, cache, question),
  );
  if (earlier.type === 'found') {
    const from = { type: 'cached', by: 'unchanged' } as const;
    return { ...cached(earlier.found), inputs: earlier.inputs, from, warnings: [] };
  }

  const watched = recording(sys);
  const prepared = await choose(watched.sys, job);
  const chosenBy = await lookedAt(job, prepared, watched);
  const contents = contentsOf(sys, decided.plan);
  const choice = choiceWith(await prepared.choice(), contents);
  const again = takenBefore(job, cache, earlier.remembered, choice);
  if (again !== undefined) return remember(again.key, cached(again.found), again.taken);
  watched.restart();
  const second = await findByPackages(job, cache, prepared, contents);
  const taken = takenBy(job, watched, now) ?? null;
  if (second.type === 'found') return remember(second.key, cached(second.found), taken);
  const made = await make(job, second.ready);
  const why: WhyMade = second.isDamaged ? { type: 'damaged' } : earlier.why;
  const from = { type: 'made', why } as const;
  // An image of a faulty part is refused, and nothing is kept of it.
  if (made.facts === undefined) return { ...made, inputs: undefined, from, warnings: [] };
  const { data, blobs } = takeApart(made.base, encodeFacts(made.facts));
  const unkept = await keep(sys, store, second.key, data, blobs);
  const answer = await remember(second.key, made, taken);
  return { ...answer, from, warnings: [...unkept, ...answer.warnings] };

  async function remember(key: string, base: Made, taken: Inputs | null): Promise<BaseAnswer> {
    const from = { type: 'cached', by: 'same packages' } as const;
    const chosen = takeChosen(job, chosenBy, now);
    if (chosen === undefined || taken === null) {
      return { ...base, inputs: undefined, from, warnings: [] };
    }
    const answer: Remembered = { key, choice, chosen, taken };
    const warnings = await keep(sys, store, question, answer, new Map());
    return { ...base, inputs: joinedInputs(chosen, taken), from, warnings };
  }
}

type Made = Pick<BaseAnswer, 'base' | 'facts'>;

async function make(job: BaseJob, ready: Ready): Promise<Made> {
  const base = await finishBase(job, ready);
  const facts = await job.steps.take('read back', 'Reading the base part back', () =>
    readPartBack(job.sys, base.part, job.codec),
  );
  return { base: { ...base, part: { ...base.part, sha256: facts?.sha256 } }, facts };
}

function cached(found: Whole): Made {
  const { base, facts } = putTogether(found);
  if (!isStoredFacts(facts)) throw new Error('A cached base part was not read back');
  return { base, facts: decodeFacts(facts) };
}

// The seal is whole, and this very program has written it.
function isStoredFacts(facts: unknown): facts is StoredFacts {
  return typeof facts === 'object' && facts !== null && 'members' in facts;
}

function choiceWith(
  choice: string | undefined,
  contents: ReadonlyMap<string, string>,
): string | null {
  return choice === undefined ? null : JSON.stringify([choice, ...contents]);
}

type Second = { readonly key: string } & (
  | { readonly type: 'found'; readonly found: Whole }
  | { readonly type: 'none'; readonly ready: Ready; readonly isDamaged: boolean }
);

/** The second level: by the manager's choice, or, where it names no digests, by the archives themselves. */
async function findByPackages(
  job: BaseJob,
  { store, makers }: PartCache,
  prepared: Prepared,
  contents: ReadonlyMap<string, string>,
): Promise<Second> {
  const { sys, decided, workspace } = job;
  let isDamaged = false;
  const look = (identities: readonly PackageIdentity[]) => {
    const key = `base-${baseKey(decided.plan, decided.os, makers, identities, contents)}`;
    const found = lookUp(sys, store, key, workspace);
    isDamaged ||= found.type === 'damaged';
    return { key, found };
  };
  const chosen = prepared.identities && look(prepared.identities);
  if (chosen?.found.type === 'found')
    return { type: 'found', key: chosen.key, found: chosen.found };
  const ready = await fetch(job, prepared);
  // What was chosen is not always what could be had.
  const { key, found } = look(ready.identities());
  return found.type === 'found'
    ? { type: 'found', key, found }
    : { type: 'none', key, ready, isDamaged };
}

async function choose(sys: Sys, { decided, workspace, steps }: BaseJob): Promise<Prepared> {
  return steps.take('choose', 'Choosing the packages', () => prepareBase(sys, decided, workspace));
}

async function fetch({ sys, decided, steps, report }: BaseJob, prepared: Prepared): Promise<Ready> {
  const ready = await steps.take('fetch', 'Fetching the packages', () => prepared.fetch(report));
  // What this build needs is in its workspace.
  const { config, hostRoot } = decided;
  trim(sys, sys.root(hostRoot).resolve(prepared.keptArchives), config.cacheSize);
  return ready;
}

// Nobody knows what a script reads that sees the whole host.
function scriptOutside({ plan: { root } }: Decided): WhyMade | undefined {
  const script = [...root.postinst, ...root.finalize].find(({ insideRoot }) => !insideRoot);
  return script === undefined ? undefined : { type: 'script', path: script.path };
}
