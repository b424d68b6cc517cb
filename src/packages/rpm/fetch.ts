import { absolutePath } from '../../model/brands.ts';
import type { Ran, Sys } from '../../model/sys.ts';
import type { Fetched, FetchedArchive, PackageRequest, Resolution } from '../driver.ts';
import { fetchedArchive, keepRpm } from './cache.ts';
import { hostKeysCommand, importKeysCommand, recordCommand } from './commands.ts';
import { checkRpms, type Verdict } from './check.ts';
import type { RpmFrontEnd } from './front-end.ts';
import { rpmPaths } from './layout.ts';
import { damagedFetched, notFetched, unfetchable, unobtainable } from './problems.ts';
import { repositoryOf } from './resolve.ts';
import { takeArchives, type Found } from './take.ts';

/**
 * Brings every archive into the workspace. The manager itself is asked for each that a repository lists, cached or not:
 * it checks the digests by its metadata and the signatures by the keys of the repositories. What rpm finds damaged in
 * a cache is taken from the next source.
 */
export async function fetchRpms(
  sys: Sys,
  request: PackageRequest,
  frontEnd: RpmFrontEnd,
  { archives, warnings }: Resolution,
): Promise<Fetched> {
  await trustHostKeys(sys, request);
  const found = await gather(sys, request, frontEnd, archives);
  const stamps = new Map(
    found.flatMap(({ archive, taken }) =>
      'relative' in taken ? [[archive, stampOf(sys, request, taken.relative)]] : [],
    ),
  );
  await download(sys, request, frontEnd, found);
  const placed = found.map((each) => place(sys, request, frontEnd, each));
  // What was not the repository's in the cache is another file now.
  const fetched = placed.filter(
    ({ archive, relative }) => stamps.get(archive) !== stampOf(sys, request, relative),
  );
  const verdicts = await checkRpms(
    sys,
    request,
    fetched.map(({ relative }) => relative),
  );
  const damaged = fetched.filter(({ relative }) => verdicts.get(relative) === 'damaged');
  if (damaged.length > 0) throw damagedFetched(damaged.map(({ archive }) => archive));
  for (const { relative } of fetched) await keepRpm(sys, request, frontEnd, relative);
  return {
    archives: placed.map((each): FetchedArchive => {
      const { archive, taken, relative } = each;
      const path = absolutePath(`${rpmPaths(request).cache}/${relative}`);
      const size = sys.root(rpmPaths(request).cache).stat(relative)?.size ?? archive.size;
      const common = { ...archive, file: relative, size, path, early: false };
      return taken.type === 'rebuilt'
        ? { ...common, origin: 'installed', leftOut: taken.leftOut }
        : { ...common, origin: fetched.includes(each) ? 'network' : 'cache' };
    }),
    warnings,
  };
}

/** Finds every archive, those of a cache checked. */
async function gather(
  sys: Sys,
  request: PackageRequest,
  frontEnd: RpmFrontEnd,
  archives: Resolution['archives'],
): Promise<readonly Found[]> {
  const refused = new Map<Found['archive'], 'damaged' | 'unsigned'>();
  let found = await takeArchives(sys, request, frontEnd, archives, refused);
  const cached = found.flatMap(({ archive, taken }) =>
    taken.type === 'cached' ? [{ archive, relative: taken.relative }] : [],
  );
  const verdicts = await checkRpms(
    sys,
    request,
    cached.map(({ relative }) => relative),
  );
  for (const { archive, relative } of cached) {
    const problem = problemOf(archive, verdicts.get(relative));
    if (problem === undefined) continue;
    refused.set(archive, problem);
    sys.root(rpmPaths(request).cache).remove(relative);
  }
  if (refused.size > 0) {
    const again = await takeArchives(sys, request, frontEnd, [...refused.keys()], refused);
    found = found.map((each) => again.find(({ archive }) => archive === each.archive) ?? each);
  }
  const nowhere = found.flatMap(({ taken }) => (taken.type === 'nowhere' ? [taken.why] : []));
  if (nowhere.length > 0) throw unobtainable(frontEnd, nowhere, request.plan.sources);
  return found;
}

// For what a repository lists the manager has the last word, which may trust a whole repository by its index.
function problemOf(
  archive: Found['archive'],
  verdict: Verdict | undefined,
): 'damaged' | 'unsigned' | undefined {
  if (verdict === 'signed') return undefined;
  if (verdict !== 'intact') return 'damaged';
  return repositoryOf(archive) === undefined ? 'unsigned' : undefined;
}

function stampOf(sys: Sys, request: PackageRequest, relative: string): string {
  const stat = sys.root(rpmPaths(request).cache).stat(relative);
  return `${stat?.size} ${stat?.mtime}`;
}

// The empty system has no keys, and a manager that may not ask refuses what it needs a new key for.
async function trustHostKeys(sys: Sys, request: PackageRequest): Promise<void> {
  const keys = await sys.run(hostKeysCommand(request));
  if (!keys.stdout.includes('BEGIN PGP PUBLIC KEY')) return;
  sys.root(rpmPaths(request).state).write('empty/keys.asc', keys.stdout, 0o644);
  await sys.run(importKeysCommand(request));
}

/** Has the manager check and fetch what repositories list; it takes the rest for installed already. */
async function download(
  sys: Sys,
  request: PackageRequest,
  frontEnd: RpmFrontEnd,
  found: readonly Found[],
): Promise<void> {
  const given = found.flatMap(({ archive, taken }) =>
    taken.type === 'rebuilt' || (taken.type === 'cached' && repositoryOf(archive) === undefined)
      ? [taken.relative]
      : [],
  );
  const listed = found.filter(
    ({ archive, taken }) => taken.type !== 'rebuilt' && repositoryOf(archive) !== undefined,
  );
  if (listed.length === 0) return;
  if (given.length > 0) await sys.run(recordCommand(request, given));
  const wanted = listed.map(({ archive: { name, version, architecture } }) =>
    frontEnd.pin(name, { version, architecture }),
  );
  const attempt = async (network: boolean): Promise<Ran> =>
    sys.run(frontEnd.downloadCommand(request, wanted, network));
  const incomplete = listed.some(({ taken }) => taken.type === 'fetch');
  const first = await attempt(incomplete);
  if (first.exitCode === 0) return;
  // An archive of a cache may be whole and yet not the one that the repository has.
  const mayRetry = !incomplete && request.plan.sources.includes('network');
  const last = mayRetry ? await attempt(true) : first;
  if (last.exitCode !== 0) throw frontEnd.explainDownload(last) ?? unfetchable(frontEnd, last);
}

interface Placed extends Found {
  /** In the cache of this build. */
  readonly relative: string;
}

function place(sys: Sys, request: PackageRequest, frontEnd: RpmFrontEnd, found: Found): Placed {
  const { archive, taken } = found;
  const repository = repositoryOf(archive);
  const relative =
    taken.type === 'rebuilt' || (taken.type === 'cached' && repository === undefined)
      ? taken.relative
      : fetchedArchive(sys, request, frontEnd, { repository, file: archive.file });
  if (relative === undefined) throw notFetched(frontEnd, archive);
  return { ...found, relative };
}
