import { absolutePath } from '../../model/brands.ts';
import type { PackageRequest } from '../../model/package-request.ts';
import type { Ran, Sys } from '../../model/sys.ts';
import type { Fetched, FetchedArchive, Found, Resolution } from '../driver.ts';
import { keepFetched } from '../shared/keep.ts';
import { seeing } from '../shared/visible.ts';
import { checkRpms } from './check.ts';
import { listFetched, type RpmJob } from './host.ts';
import { rpmPaths } from './layout.ts';
import { damagedFetched, notFetched, unfetchable } from './problems.ts';
import { recordCommand } from './transaction.ts';

/**
 * Fetches what is missing. The manager itself is asked for each archive that a repository lists, cached or not: it
 * checks the digests by its metadata and the signatures by the keys of the repositories.
 */
export async function downloadRpms(
  job: RpmJob,
  { warnings }: Resolution,
  found: readonly Found[],
): Promise<Fetched> {
  const { sys, request, host } = job;
  const before = new Map(
    found.flatMap(({ archive, taken }) =>
      taken.type === 'fetch' ? [] : [[archive, stampOf(sys, request, taken.file)]],
    ),
  );
  await download(job, found);
  const fetchedFiles = listFetched(sys, rpmPaths(request).cache, host.frontEnd);
  const placed = found.map((each) => place(job, each, fetchedFiles));
  // The manager has replaced a cached file that was not the repository's.
  const fetched = placed.filter(
    ({ archive, file }) => before.get(archive) !== stampOf(sys, request, file),
  );
  const verdicts = await checkRpms(
    ...([sys, request] as const),
    fetched.map(({ file }) => file),
  );
  const damaged = fetched.filter(({ file }) => verdicts.get(file) === 'damaged');
  if (damaged.length > 0) throw damagedFetched(damaged.map(({ archive }) => archive));
  const own = absolutePath(`${request.hostRoot}/var/cache/pkginitrd/${host.frontEnd.ownCache}`);
  const unkept = await keepFetched(
    ...([sys, rpmPaths(request).cache, own] as const),
    fetched.map(({ file }) => file),
  );
  return {
    archives: placed.map((each): FetchedArchive => {
      const { archive, taken, file } = each;
      const path = absolutePath(`${rpmPaths(request).cache}/${file}`);
      const size = sys.root(rpmPaths(request).cache).stat(file)?.size ?? archive.size ?? 0;
      const common = { ...archive, file, size, path, early: false };
      return taken.type === 'rebuilt'
        ? { ...common, origin: 'installed', leftOut: taken.leftOut }
        : { ...common, origin: fetched.includes(each) ? 'network' : 'cache', leftOut: [] };
    }),
    warnings: [...warnings, ...unkept],
  };
}

function stampOf(sys: Sys, request: PackageRequest, file: string): string {
  const stat = sys.root(rpmPaths(request).cache).stat(file);
  return `${stat?.size} ${stat?.mtime}`;
}

/** Has the manager check and fetch what repositories list; it takes the rest for installed already. */
async function download({ sys, request, host }: RpmJob, found: readonly Found[]): Promise<void> {
  const { frontEnd } = host;
  const given = found.flatMap(({ archive, taken }) =>
    isAsGiven({ archive, taken }) && taken.type !== 'fetch' ? [taken.file] : [],
  );
  const listed = found.filter((each) => !isAsGiven(each));
  if (listed.length === 0) return;
  if (given.length > 0) await sys.run(recordCommand(request, given));
  const wanted = listed.map(({ archive: { name, version, architecture } }) =>
    frontEnd.pin(name, { version, architecture }),
  );
  const attempt = async (network: boolean): Promise<Ran> =>
    sys.run(seeing(frontEnd.downloadCommand(request, wanted, network), host.visible));
  const isIncomplete = listed.some(({ taken }) => taken.type === 'fetch');
  const first = await attempt(isIncomplete);
  if (frontEnd.isDone(first)) return;
  // An archive of a cache may be whole and yet not the one that the repository has.
  const mayRetry = !isIncomplete && request.plan.sources.includes('network');
  const last = mayRetry ? await attempt(true) : first;
  if (!frontEnd.isDone(last)) throw frontEnd.explainDownload(last) ?? unfetchable(frontEnd, last);
}

/** True if no repository has the archive as it is here. */
function isAsGiven({ archive, taken }: Found): boolean {
  return taken.type === 'rebuilt' || archive.from.type !== 'repository';
}

interface Placed extends Found {
  /** In the cache of this build. */
  readonly file: string;
}

function place({ host }: RpmJob, found: Found, fetched: ReadonlyMap<string, string>): Placed {
  const { archive, taken } = found;
  const file =
    isAsGiven(found) || archive.from.type !== 'repository'
      ? taken.type === 'fetch'
        ? undefined
        : taken.file
      : fetched.get(`${archive.from.id}/${archive.file}`);
  if (file === undefined) throw notFetched(host.frontEnd, archive);
  return { ...found, file };
}
