import { absolutePath } from '../../model/brands.ts';
import type { Found, Missed, Nowhere, ResolvedArchive, Resolution } from '../driver.ts';
import { takeArchive } from '../shared/take.ts';
import { refuseNowhere } from '../shared/unobtainable.ts';
import { checkRpms, type Verdict } from './check.ts';
import { findArchive, type RpmJob } from './host.ts';
import type { InstalledRpm } from './front-end.ts';
import { readInstalledRpms } from './installed.ts';
import { rpmPaths } from './layout.ts';
import { supplierOf } from './problems.ts';
import { rebuildRpm } from './rebuild.ts';

/**
 * Copies out of caches and makes of installed files what is to be had there. What rpm finds damaged in a cache is taken
 * from the next source.
 */
export async function takeRpms(job: RpmJob, { archives }: Resolution): Promise<readonly Found[]> {
  const { request, host } = job;
  const first = await look(job, archives, new Map());
  const refused = await refuseBad(job, first);
  const second = await look(job, [...refused.keys()], refused);
  const again = new Map(second.map((each) => [each.archive, each]));
  const looked = first.map((each) => again.get(each.archive) ?? each);
  return refuseNowhere(supplierOf(host.frontEnd), request.plan, looked);
}

/** Archives of a cache that are not to be used, and why. */
type Refused = ReadonlyMap<ResolvedArchive, Missed>;

/** Reads the headers of all that will be made of installed files at once. */
async function look(
  job: RpmJob,
  archives: readonly ResolvedArchive[],
  refused: Refused,
): Promise<readonly (Found | Nowhere)[]> {
  const { sys, request } = job;
  const { plan } = request;
  const isCached = (archive: ResolvedArchive): boolean =>
    !refused.has(archive) && findArchive(job, archive) !== undefined;
  const wanted = archives.filter((archive) => {
    const [source] = plan.sources.filter((each) => each !== 'cache' || isCached(archive));
    return source === 'installed';
  });
  const installed = await readInstalledRpms(sys, request, wanted);
  return archives.map((archive) =>
    takeArchive(job, archive, {
      fromCache: (one) => refused.get(one) ?? takeCached(job, one),
      fromInstalled: (one) => rebuild(job, one, installed.get(one.name)),
    }),
  );
}

function takeCached({ sys, request, host }: RpmJob, archive: ResolvedArchive) {
  const found = findArchive({ sys, request, host }, archive);
  if (found === undefined) return { type: 'absent' } as const;
  const source = sys.root(request.hostRoot).resolve(found.path);
  sys.root(rpmPaths(request).cache).copyIn(source, found.relative);
  return { type: 'cached', file: found.relative } as const;
}

function rebuild(
  { sys, request }: RpmJob,
  archive: ResolvedArchive,
  installed: InstalledRpm | undefined,
) {
  if (installed === undefined) return { type: 'absent' } as const;
  const host = sys.root(request.hostRoot);
  const target = sys.root(absolutePath(rpmPaths(request).cache));
  const file = `installed/${archive.file}`;
  return { ...rebuildRpm(sys, host, archive.name, installed, target, file), file };
}

/** Removes the copies that rpm finds fault with. */
async function refuseBad(job: RpmJob, looked: readonly (Found | Nowhere)[]): Promise<Refused> {
  const { sys, request } = job;
  const refused = new Map<ResolvedArchive, Missed>();
  const cached = looked.flatMap((each) =>
    'taken' in each && each.taken.type === 'cached'
      ? [{ archive: each.archive, file: each.taken.file }]
      : [],
  );
  const verdicts = await checkRpms(
    ...([sys, request] as const),
    cached.map(({ file }) => file),
  );
  for (const { archive, file } of cached) {
    const problem = problemOf(archive, verdicts.get(file));
    if (problem === undefined) continue;
    refused.set(archive, problem);
    sys.root(rpmPaths(request).cache).remove(file);
  }
  return refused;
}

// For what a repository lists the manager has the last word, which may trust a whole repository by its index.
function problemOf({ from }: ResolvedArchive, verdict: Verdict | undefined): Missed | undefined {
  if (verdict === 'signed') return undefined;
  if (verdict !== 'intact') return { type: 'damaged', copies: [] };
  return from.type === 'repository' ? undefined : { type: 'unsigned' };
}
