import { absolutePath } from '../model/brands.ts';
import type { Ran, Sys } from '../model/sys.ts';
import type {
  Fetched,
  FetchedArchive,
  PackageRequest,
  ResolvedArchive,
  Resolution,
} from './driver.ts';
import { fetchedArchive, keepRpm, takeArchive } from './rpm-cache.ts';
import { digestsCommand, hostKeysCommand, importKeysCommand } from './rpm-commands.ts';
import type { RpmFrontEnd } from './rpm-front-end.ts';
import { rpmPaths } from './rpm-layout.ts';
import { parseDamaged } from './rpm-output.ts';
import { corruptArchives, missingArchives, notFetched, unfetchable } from './rpm-problems.ts';
import { repositoryOf } from './rpm-resolve.ts';
import { usableSources } from './sources.ts';

/**
 * Brings every archive into the workspace. The manager itself is asked for each of them, cached or not: it checks the
 * digests by its metadata and the signatures by the keys of the repositories.
 */
export async function fetchRpms(
  sys: Sys,
  request: PackageRequest,
  frontEnd: RpmFrontEnd,
  { archives, warnings }: Resolution,
): Promise<Fetched> {
  const cached = new Map(
    archives.map((archive) => [archive, take(sys, request, frontEnd, archive)]),
  );
  const missing = archives.filter((archive) => cached.get(archive) === undefined);
  if (missing.length > 0 && !usesNetwork(request)) throw missingArchives(missing);
  await trustHostKeys(sys, request);
  await download(sys, request, frontEnd, archives, missing.length > 0);
  const found = archives.map((archive) => place(sys, request, frontEnd, archive));
  // What was damaged in the cache is another file now.
  const fetched = new Set(
    found
      .filter(({ archive, relative }) => cached.get(archive) !== stamp(sys, request, relative))
      .map(({ archive }) => archive),
  );
  for (const { archive, relative } of found) {
    if (fetched.has(archive)) await keepRpm(sys, request, frontEnd, relative);
  }
  return {
    archives: found.map(({ archive, relative }): FetchedArchive => {
      const path = absolutePath(`${rpmPaths(request).cache}/${relative}`);
      return {
        ...archive,
        file: relative,
        size: sys.root(rpmPaths(request).cache).stat(relative)?.size ?? archive.size,
        origin: fetched.has(archive) ? 'network' : 'cache',
        path,
        early: false,
      };
    }),
    warnings,
  };
}

function usesNetwork({ plan }: PackageRequest): boolean {
  return usableSources(plan).includes('network');
}

/** Copies an archive from a cache; the stamp of the copy, undefined where no cache has it. */
function take(
  sys: Sys,
  request: PackageRequest,
  frontEnd: RpmFrontEnd,
  archive: ResolvedArchive,
): string | undefined {
  if (!usableSources(request.plan).includes('cache')) return undefined;
  const { file } = archive;
  const wanted = { repository: repositoryOf(archive), file };
  const relative = takeArchive(sys, request, frontEnd, wanted);
  return relative === undefined ? undefined : stamp(sys, request, relative);
}

function stamp(sys: Sys, request: PackageRequest, relative: string): string {
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

async function download(
  sys: Sys,
  request: PackageRequest,
  frontEnd: RpmFrontEnd,
  archives: readonly ResolvedArchive[],
  incomplete: boolean,
): Promise<void> {
  const wanted = archives.map(({ name, version, architecture }) =>
    frontEnd.pin(name, { version, architecture }),
  );
  const attempt = async (network: boolean): Promise<Ran> =>
    sys.run(frontEnd.downloadCommand(request, wanted, network));
  const first = await attempt(incomplete);
  if (first.exitCode === 0) return;
  if (incomplete) throw failure(frontEnd, first);
  const damaged = await findDamaged(sys, request, frontEnd, archives);
  const names = archives.filter(({ name }) => damaged.has(name));
  if (names.length === 0) throw failure(frontEnd, first);
  if (!usesNetwork(request)) throw corruptArchives(names);
  for (const archive of names) {
    const { relative } = place(sys, request, frontEnd, archive);
    sys.root(rpmPaths(request).cache).remove(relative);
  }
  const second = await attempt(true);
  if (second.exitCode !== 0) throw failure(frontEnd, second);
}

function failure(frontEnd: RpmFrontEnd, ran: Ran): Error {
  return frontEnd.explainDownload(ran) ?? unfetchable(frontEnd, ran);
}

// Managers say that some archive is damaged, not which.
async function findDamaged(
  sys: Sys,
  request: PackageRequest,
  frontEnd: RpmFrontEnd,
  archives: readonly ResolvedArchive[],
): Promise<ReadonlySet<string>> {
  const found = archives.map((archive) => place(sys, request, frontEnd, archive));
  const ran = await sys.run(
    digestsCommand(
      request,
      found.map(({ relative }) => relative),
    ),
  );
  const damaged = parseDamaged(`${ran.stdout}\n${ran.stderr}`);
  return new Set(
    found.flatMap(({ archive, relative }) =>
      damaged.some((file) => file.endsWith(`/${relative}`)) ? [archive.name] : [],
    ),
  );
}

function place(
  sys: Sys,
  request: PackageRequest,
  frontEnd: RpmFrontEnd,
  archive: ResolvedArchive,
): { readonly archive: ResolvedArchive; readonly relative: string } {
  const { file } = archive;
  const relative = fetchedArchive(sys, request, frontEnd, {
    repository: repositoryOf(archive),
    file,
  });
  if (relative === undefined) throw notFetched(frontEnd, archive);
  return { archive, relative };
}
