import { absolutePath } from '../../model/brands.ts';
import type { Found, Missed, ResolvedArchive, Resolution, Taken } from '../driver.ts';
import { isIntact } from '../shared/digest.ts';
import { takeArchive } from '../shared/take.ts';
import { refuseNowhere } from '../shared/unobtainable.ts';
import { isExcluded } from './dpkg-commands.ts';
import { readInstalled, unfinishedState } from './dpkg-installed.ts';
import { rebuildDeb } from './dpkg-rebuild.ts';
import { cachedCopies, type AptHost, type AptJob } from './host.ts';
import { aptPaths } from './layout.ts';
import { keyOf } from './dpkg-status.ts';
import { apt } from './problems.ts';

/**
 * dpkg's stanza of an installed package, with what the administrator has told dpkg of files, and the stamp of a file in a
 * cache that no list names any more.
 */
export async function debRecords(
  {
    sys,
    request,
    host: { database },
  }: Pick<AptJob, 'sys' | 'request'> & { readonly host: Pick<AptHost, 'database'> },
  archives: readonly ResolvedArchive[],
): Promise<ReadonlyMap<ResolvedArchive, string>> {
  const files = sys.root(request.hostRoot);
  const ofFiles = ['diversions', 'statoverride'].map((name) =>
    files.readText(`var/lib/dpkg/${name}`),
  );
  const records = archives.flatMap((archive): readonly (readonly [ResolvedArchive, string])[] => {
    const { name, architecture, origin, from } = archive;
    if (origin === 'installed') {
      const stanza = database.stanzas.get(keyOf(name, architecture));
      if (stanza === undefined) return [];
      return [[archive, JSON.stringify([...stanza, unfinishedState(database, archive), ofFiles])]];
    }
    const stamp = from.type === 'superseded' ? files.stamp(from.path) : undefined;
    return stamp === undefined ? [] : [[archive, stamp.text]];
  });
  return new Map(records);
}

/** Copies out of caches and makes of installed files what is to be had there. */
export async function takeDebs(job: AptJob, { archives }: Resolution): Promise<readonly Found[]> {
  const { plan } = job.request;
  const looked = archives.map((archive) =>
    takeArchive(job, archive, {
      fromCache: (wanted) => takeCached(job, wanted),
      fromInstalled: (wanted) => rebuild(job, wanted),
    }),
  );
  return refuseNowhere(apt, plan, looked);
}

/**
 * Copies an archive out of a cache into the workspace. The copy is what is checked and used, so neither a changing
 * cache nor a half-written file in it can do harm.
 */
function takeCached(
  job: AptJob,
  archive: ResolvedArchive,
): Extract<Taken, { readonly type: 'cached' }> | Missed {
  const { sys, request } = job;
  const { state, archives } = aptPaths(request);
  const own = sys.root(state);
  const copies = cachedCopies(job, archive);
  for (const copy of copies) {
    own.copyIn(copy, `archives/${archive.file}`);
    if (isIntact(sys, absolutePath(`${archives}/${archive.file}`), archive.digest)) {
      return { type: 'cached', file: archive.file };
    }
    own.remove(`archives/${archive.file}`);
  }
  return copies.length === 0 ? { type: 'absent' } : { type: 'damaged', copies };
}

// Beside apt's own archives, which it would throw away for their digest.
function rebuild({ sys, request, host }: AptJob, archive: ResolvedArchive) {
  const state = unfinishedState(host.database, archive);
  if (state !== undefined) return { type: 'unfinished', state } as const;
  const installed = readInstalled(host.database, archive);
  if (installed === undefined) return { type: 'absent' } as const;
  const file = `installed/${archive.file}`;
  const target = sys.root(aptPaths(request).archives);
  const place = { target, file };
  return { ...rebuildDeb(sys, host.database, installed, place, isExcluded(request)), file };
}
