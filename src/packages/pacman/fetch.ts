import { absolutePath } from '../../model/brands.ts';
import type {
  Fetched,
  FetchedArchive,
  Found,
  Missed,
  Nowhere,
  ResolvedArchive,
  Resolution,
  Taken,
} from '../driver.ts';
import { keepFetched } from '../shared/keep.ts';
import { leftOutWarnings, takeArchive } from '../shared/take.ts';
import { refuseNowhere } from '../shared/unobtainable.ts';
import { seeing } from '../shared/visible.ts';
import { needsSignature } from './conf.ts';
import { downloadCommand, nameOf, parseCorrupt, unfetchable } from './downloading.ts';
import type { PacmanJob } from './host.ts';
import { pacmanPaths } from './layout.ts';
import { pacman } from './problems.ts';
import { rebuildPackage } from './rebuild.ts';
import { forFetching } from './visible.ts';

/** alpm's description of an installed package, and the configuration; all else is named by the databases of the repositories. */
export async function localRecords(
  { host: { local, conf } }: PacmanJob,
  archives: readonly ResolvedArchive[],
): Promise<ReadonlyMap<ResolvedArchive, string>> {
  const records = archives.flatMap((archive): readonly (readonly [ResolvedArchive, string])[] => {
    const installed = archive.origin === 'installed' ? local.get(archive.name) : undefined;
    return installed === undefined ? [] : [[archive, JSON.stringify([...installed.desc, conf])]];
  });
  return new Map(records);
}

/** Copies out of caches and makes of installed files what is to be had there. */
export async function takePackages(
  job: PacmanJob,
  { archives }: Resolution,
): Promise<readonly Found[]> {
  const looked = archives.map((archive) => look(job, archive, new Set()));
  return refuseNowhere(pacman, job.request.plan, looked);
}

/**
 * Has pacman fetch what is missing and check digests and signatures of all. A damaged archive of a cache is taken from
 * the next source.
 */
export async function downloadPackages(
  job: PacmanJob,
  { warnings }: Resolution,
  taken: readonly Found[],
): Promise<Fetched> {
  const { request } = job;
  const damaged = new Set<string>();
  let found = taken;
  for (;;) {
    const corrupt = await check(job, found, damaged);
    if (corrupt.length === 0) break;
    for (const file of corrupt) damaged.add(file);
    const again = found.map((each) =>
      corrupt.includes(each.archive.file) ? look(job, each.archive, damaged) : each,
    );
    found = refuseNowhere(pacman, request.plan, again);
  }
  const unkept = await keep(
    job,
    found.flatMap(({ archive, taken: source }) => (source.type === 'fetch' ? [archive.file] : [])),
  );
  const archives = found.map((each) => place(job, each));
  return { archives, warnings: [...warnings, ...unkept, ...leftOutWarnings(archives)] };
}

function look(
  job: PacmanJob,
  archive: ResolvedArchive,
  damaged: ReadonlySet<string>,
): Found | Nowhere {
  return takeArchive(job, archive, {
    fromCache: (wanted) =>
      damaged.has(wanted.file) ? { type: 'damaged', copies: [] } : takeCached(job, wanted),
    fromInstalled: (wanted) => rebuild(job, wanted),
  });
}

/** Copies an archive and its signature into the workspace, where pacman checks and uses them. */
function takeCached(
  { sys, request, host }: PacmanJob,
  { file, from }: ResolvedArchive,
): Extract<Taken, { readonly type: 'cached' }> | Missed {
  // No database vouches for a cached archive of a version that only the installed system has.
  if (from.type !== 'repository') return { type: 'absent' };
  const files = sys.root(request.hostRoot);
  const find = (name: string) => host.cached.get(name)?.find(host.isFile);
  const [archive, signature] = [find(file), find(`${file}.sig`)];
  if (archive === undefined) return { type: 'absent' };
  if (signature === undefined && needsSignature(host.conf, from.id)) return { type: 'unsigned' };
  const own = sys.root(pacmanPaths(request).archives);
  own.copyIn(files.resolve(archive), file);
  if (signature !== undefined) own.copyIn(files.resolve(signature), `${file}.sig`);
  return { type: 'cached', file };
}

function rebuild({ sys, request, host }: PacmanJob, { name, version }: ResolvedArchive) {
  const installed = host.local.get(name);
  if (installed?.version !== version) return { type: 'absent' } as const;
  const target = sys.root(pacmanPaths(request).archives);
  const file = `installed/${name}-${version}-${installed.architecture}.pkg.tar`;
  const files = sys.root(request.hostRoot);
  const { notExtracted } = host.conf;
  return { ...rebuildPackage(sys, files, installed, notExtracted, target, file), file };
}

/** The damaged archives of a cache, removed; every other failure is thrown. */
async function check(
  { sys, request, host }: PacmanJob,
  found: readonly Found[],
  damaged: ReadonlySet<string>,
): Promise<readonly string[]> {
  const signed = found.filter(({ taken }) => taken.type !== 'rebuilt');
  if (signed.length === 0) return [];
  const network = signed.some(({ taken }) => taken.type === 'fetch');
  const names = signed.map(({ archive }) => nameOf(archive));
  const command = downloadCommand(request, host.conf.keyring, names, network);
  const ran = await sys.run(seeing(command, forFetching(host)));
  if (ran.exitCode === 0) return [];
  const corrupt = parseCorrupt(ran).filter((file) => !damaged.has(file));
  if (corrupt.length === 0) throw unfetchable(ran, names);
  const own = sys.root(pacmanPaths(request).archives);
  for (const file of corrupt) for (const name of [file, `${file}.sig`]) own.remove(name);
  return corrupt;
}

/** Keeps fetched archives and their signatures for the next build. */
async function keep(
  { sys, request }: PacmanJob,
  files: readonly string[],
): Promise<readonly string[]> {
  const { archives, cache } = pacmanPaths(request);
  const own = sys.root(archives);
  // The signature first: an archive without one is of no use.
  const names = files
    .flatMap((file) => [`${file}.sig`, file])
    .filter((name) => own.stat(name) !== undefined);
  return keepFetched(sys, archives, cache, names);
}

function place({ sys, request }: PacmanJob, { archive, taken }: Found): FetchedArchive {
  const directory = pacmanPaths(request).archives;
  const file = taken.type === 'fetch' ? archive.file : taken.file;
  const common = { ...archive, file, path: absolutePath(`${directory}/${file}`), early: false };
  if (taken.type === 'rebuilt') {
    return { ...common, origin: 'installed', size: taken.bytes, leftOut: taken.leftOut };
  }
  const size = archive.size ?? sys.root(directory).stat(file)?.size ?? 0;
  return { ...common, origin: taken.type === 'fetch' ? 'network' : 'cache', size, leftOut: [] };
}
