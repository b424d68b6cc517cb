import { changedInputs, seenFiles, takeInputs, type Inputs } from '../cache/inputs.ts';
import { baseKey, baseQuestion } from '../cache/key.ts';
import { recording, type Recording } from '../cache/recording.ts';
import { trim } from '../cache/prune.ts';
import { keep, lookUp, type Found } from '../cache/store.ts';
import { putTogether, takeApart } from '../cache/stored-base.ts';
import { treeWitnesses } from '../cache/tree-digest.ts';
import type { Looked } from '../cache/witnesses.ts';
import { logger } from '../log.ts';
import type { Base } from '../model/base.ts';
import { absolutePath, type AbsolutePath } from '../model/brands.ts';
import type { CacheAnswer, WhyMade } from '../model/cache.ts';
import type { PackageIdentity } from '../model/packages.ts';
import type { Sys } from '../model/sys.ts';
import type { Prepared, Ready } from '../packages/install.ts';
import type { BaseJob } from './base-job.ts';
import type { Decided } from './decide.ts';
import { finishBase, prepareBase } from './make-base.ts';
import type { PartCache } from './part-cache.ts';
import { contentsOf, treesAndScripts } from './trees.ts';

const debug = logger('cache');

export interface BaseAnswer {
  readonly base: Base;
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
  const ready = await fetch(job, prepared);
  release();
  const base = await finishBase(job, ready);
  const inputs = takeInputs(job.sys, lookedAt(job, prepared, watched), now);
  return { base, inputs, from: { type: 'made', why }, warnings: [] };
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
    return { base: putTogether(earlier.found), inputs: earlier.inputs, from, warnings: [] };
  }

  const watched = recording(sys);
  const prepared = await choose(watched.sys, job);
  const second = await findByPackages(job, cache, prepared);
  if (second.type === 'found') {
    const [inputs, warnings] = await remember(second.key);
    const from = { type: 'cached', by: 'same packages' } as const;
    return { base: putTogether(second.found), inputs, from, warnings };
  }
  const base = await finishBase(job, second.ready);
  const { data, blobs } = takeApart(base);
  const unkept = await keep(sys, store, second.key, data, blobs);
  const [inputs, warnings] = await remember(second.key);
  const why: WhyMade = second.isDamaged ? { type: 'damaged' } : earlier.why;
  return { base, inputs, from: { type: 'made', why }, warnings: [...unkept, ...warnings] };

  async function remember(key: string) {
    const inputs = takeInputs(sys, lookedAt(job, prepared, watched), now);
    if (inputs === undefined) return [inputs, []] as const;
    const answer: Remembered = { key, inputs };
    return [inputs, await keep(sys, store, question, answer, new Map())] as const;
  }
}

/** The answer to a question asked before, and the files that it depended on. */
interface Remembered {
  readonly key: string;
  readonly inputs: Inputs;
}

function isRemembered(data: unknown): data is Remembered {
  return typeof data === 'object' && data !== null && 'inputs' in data;
}

type Whole = Extract<Found, { readonly type: 'found' }>;

type Earlier =
  | { readonly type: 'found'; readonly found: Whole; readonly inputs: Inputs }
  | { readonly type: 'none'; readonly why: WhyMade };

/** The first level: no package manager runs. */
function unchangedBase(
  { sys, workspace }: BaseJob,
  { store }: PartCache,
  question: string,
): Earlier {
  const remembered = lookUp(sys, store, question, workspace);
  if (remembered.type === 'damaged') return { type: 'none', why: { type: 'damaged' } };
  if (remembered.type === 'absent') return { type: 'none', why: { type: 'new' } };
  const { data } = remembered;
  if (!isRemembered(data)) return { type: 'none', why: { type: 'new' } };
  const { key, inputs } = data;
  const [path] = changedInputs(sys, inputs);
  if (path !== undefined) debug('"%s" is not as it was: the package manager is asked', path);
  if (path !== undefined) return { type: 'none', why: { type: 'changed', path } };
  const found = lookUp(sys, store, key, workspace);
  if (found.type === 'found') return { type: 'found', found, inputs };
  return { type: 'none', why: { type: found.type === 'damaged' ? 'damaged' : 'new' } };
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
): Promise<Second> {
  const { sys, decided, workspace } = job;
  const contents = contentsOf(sys, decided.plan);
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

async function fetch({ sys, decided, steps }: BaseJob, prepared: Prepared): Promise<Ready> {
  const ready = await steps.take('fetch', 'Fetching the packages', () => prepared.fetch());
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

/** Everything on this machine that the base part was made of. */
function lookedAt(
  { sys, decided, workspace }: BaseJob,
  prepared: Prepared,
  watched: Recording,
): ReadonlyMap<AbsolutePath, readonly Looked[]> {
  const { plan, hostRoot } = decided;
  const own = treesAndScripts(plan).flatMap((path) => treeWitnesses(sys, path));
  const host = [
    ...prepared.witnesses().map((path) => ({ path, follow: true })),
    ...seenFiles(watched, hostRoot, workspace),
  ];
  const machine = absolutePath('/');
  return hostRoot === machine
    ? new Map([[machine, [...own, ...host]]])
    : new Map([
        [machine, own],
        [hostRoot, host],
      ]);
}
