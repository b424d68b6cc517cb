import { logger } from '../../log.ts';
import type { Ran } from '../../model/sys.ts';
import type { Resolution } from '../driver.ts';
import { originOf } from '../shared/take.ts';
import { unknownPackages } from '../shared/unknown-packages.ts';
import { cachedCopies, inJob, type AptJob } from './host.ts';
import { writeInstalledIndex } from './index.ts';
import { aptPaths } from './layout.ts';
import { namesCommand } from './lists.ts';
import { aptPreferences } from './preferences.ts';
import {
  parsePrintedUris,
  parseUnknown,
  resolveCommand,
  type PrintedArchive,
} from './print-uris.ts';
import { apt, noLists, unresolvable } from './problems.ts';

const debug = logger('packages');

/**
 * Asks apt what the request comes to: with the versions that the host runs where they can be had, for those are the
 * ones this machine is known to boot with.
 */
export async function resolvePackages(job: AptJob): Promise<Resolution> {
  const { sys, request, host } = job;
  prepareState(job);
  const index = writeInstalledIndex(sys, request, host.database);
  if (index.length === 0 && !host.hasLists) throw noLists();
  const { archives, warnings } = await choose(job, index);
  return {
    archives: archives.map((archive) => {
      const hostVersion = host.packages.get(archive.name)?.version;
      // Fetching finds out whether it really comes from there.
      const origin = originOf(request.plan, archive, {
        cache: () => cachedCopies(job, archive).length > 0,
        installed: () => hostVersion === archive.version,
      });
      return { ...archive, hostVersion, origin: origin ?? 'network' };
    }),
    index,
    warnings: [...host.cache.warnings, ...warnings],
  };
}

interface Choice {
  readonly archives: readonly PrintedArchive[];
  readonly warnings: readonly string[];
}

async function choose(job: AptJob, index: readonly string[]): Promise<Choice> {
  writePreferences(job, job.host.packages);
  const pinned = await attempt(job, index);
  if (pinned.exitCode === 0) {
    const archives = parsePrintedUris(pinned.stdout);
    return { archives: await preferSuperseded(job, archives), warnings: [] };
  }
  await refuseUnknown(job, pinned);
  writePreferences(job, new Map());
  const newest = await attempt(job, index);
  if (newest.exitCode !== 0) throw unresolvable(newest);
  return { archives: parsePrintedUris(newest.stdout), warnings: [unpinned] };
}

const unpinned =
  'Cannot combine the package versions installed here with those in the package lists, taking the newest ones';

async function attempt(job: AptJob, sources: readonly string[]): Promise<Ran> {
  const { sys, request, host } = job;
  return sys.run(inJob(job, resolveCommand(request, host.architecture, sources), sources));
}

// Lists that are newer than the installed packages no longer name their archives, which may still lie in a cache.
// apt takes those as they are: no list has a digest for them any more, and the host was installed from them.
async function preferSuperseded(
  job: AptJob,
  archives: readonly PrintedArchive[],
): Promise<readonly PrintedArchive[]> {
  const { sources } = job.request.plan;
  if (!sources.includes('cache')) return archives;
  if (sources.includes('installed')) return archives.map((archive) => fromCache(job, archive));
  const files = archives.flatMap((archive) => supersededFile(job, archive));
  if (files.length === 0) return archives;
  const ran = await attempt(job, files);
  if (ran.exitCode === 0) return parsePrintedUris(ran.stdout);
  debug('cannot use %o: %s', files, ran.stderr);
  return archives;
}

/** An archive that apt knows of the installed system alone, as that of a cache where one has it. */
function fromCache(job: AptJob, archive: PrintedArchive): PrintedArchive {
  if (archive.from.type !== 'installed only') return archive;
  const cached = firstCached(job, archive.file);
  if (cached === undefined) return archive;
  return { ...archive, from: { type: 'superseded', path: cached.path }, size: cached.size };
}

function supersededFile(job: AptJob, { name, version }: PrintedArchive): readonly string[] {
  const installed = job.host.packages.get(name);
  if (installed === undefined || installed.version === version) return [];
  const file = `${name}_${installed.version.replaceAll(':', '%3a')}_${installed.architecture}.deb`;
  const cached = firstCached(job, file);
  return cached === undefined ? [] : [cached.path];
}

function firstCached({ sys, request, host }: AptJob, file: string) {
  const files = sys.root(request.hostRoot);
  for (const path of host.cached.get(file) ?? []) {
    const stat = files.stat(path);
    if (stat?.type === 'file') return { path: `/${path}`, size: stat.size };
  }
  return undefined;
}

// Every word that apt does not know may come from another drop-in, so all of them are named at once.
async function refuseUnknown(job: AptJob, ran: Ran): Promise<void> {
  const { sys, request, host } = job;
  const unknown = parseUnknown(ran.stderr);
  if (unknown.length === 0) return;
  const known = await sys.run(inJob(job, namesCommand(request, host.architecture)));
  throw unknownPackages(apt, request.plan.install, unknown, known.stdout.split('\n'));
}

// Makes apt take the root for a system without any package.
function prepareState({ sys, request }: AptJob): void {
  const { state } = aptPaths(request);
  const own = sys.root(state);
  own.mkdir('archives/partial', 0o755);
  own.mkdir('archives', 0o755);
  own.mkdir('.', 0o755);
  own.write('status', '', 0o644);
}

function writePreferences(
  { sys, request, host }: AptJob,
  pinned: AptJob['host']['packages'],
): void {
  const text = aptPreferences(pinned, host.preferences);
  sys.root(aptPaths(request).state).write('preferences', text, 0o644);
}
