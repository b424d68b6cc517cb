import { logger } from '../../log.ts';
import type { PackageOrigin } from '../../model/packages.ts';
import type { Ran, Sys } from '../../model/sys.ts';
import { isOfInstalledIndex, writeInstalledIndex } from './index.ts';
import { namesCommand, resolveCommand } from './commands.ts';
import { aptPaths } from './layout.ts';
import { parsePrintedUris, parseUnknown, type PrintedArchive } from './output.ts';
import { aptPreferences } from './preferences.ts';
import { apt, noLists, unresolvable } from './problems.ts';
import { cacheDirectories, cachedCopies } from './archives.ts';
import { readDpkgHost, type DpkgHost } from './dpkg-host.ts';
import type { PackageRequest, Resolution } from '../driver.ts';
import { unknownPackages } from '../shared/unknown-packages.ts';

const debug = logger('packages');

/**
 * Asks apt what the request comes to: with the versions that the host runs where they can be had, for those are the
 * ones this machine is known to boot with.
 */
export async function resolvePackages(sys: Sys, request: PackageRequest): Promise<Resolution> {
  const host = readDpkgHost(sys.root(request.hostRoot));
  prepareState(sys, request);
  const index = writeInstalledIndex(sys, request);
  if (index.length === 0 && !hasLists(sys, request)) throw noLists();
  const { archives, warnings } = await choose(sys, request, host, index);
  return {
    archives: archives.map((archive) => ({
      ...archive,
      origin: originOf(sys, request, host, archive),
      hostVersion: host.packages.get(archive.name)?.version,
    })),
    index,
    warnings,
  };
}

interface Choice {
  readonly archives: readonly PrintedArchive[];
  readonly warnings: readonly string[];
}

async function choose(
  sys: Sys,
  request: PackageRequest,
  host: DpkgHost,
  index: readonly string[],
): Promise<Choice> {
  writePreferences(sys, request, host, true);
  const pinned = await attempt(sys, request, host, index);
  if (pinned.exitCode === 0) {
    const archives = parsePrintedUris(pinned.stdout);
    const preferred = await preferSuperseded(sys, request, host, archives);
    return { archives: preferred, warnings: [] };
  }
  await refuseUnknown(sys, request, host, pinned);
  writePreferences(sys, request, host, false);
  const newest = await attempt(sys, request, host, index);
  if (newest.exitCode !== 0) throw unresolvable(newest);
  return { archives: parsePrintedUris(newest.stdout), warnings: [unpinned] };
}

const unpinned =
  'Cannot combine the package versions installed here with those in the package lists, taking the newest ones';

async function attempt(
  sys: Sys,
  request: PackageRequest,
  host: DpkgHost,
  sources: readonly string[],
): Promise<Ran> {
  return sys.run(resolveCommand(request, host.architecture, sources));
}

// Lists that are newer than the installed packages no longer name their archives, which may still lie in a cache.
// apt takes those as they are: no list has a digest for them any more, and the host was installed from them.
async function preferSuperseded(
  sys: Sys,
  request: PackageRequest,
  host: DpkgHost,
  archives: readonly PrintedArchive[],
): Promise<readonly PrintedArchive[]> {
  if (!request.plan.sources.includes('cache')) return archives;
  if (request.plan.sources.includes('installed')) {
    return archives.map((archive) => fromCache(sys, request, archive));
  }
  const sources = archives.flatMap((archive) => supersededFile(sys, request, host, archive));
  if (sources.length === 0) return archives;
  const ran = await attempt(sys, request, host, sources);
  if (ran.exitCode === 0) return parsePrintedUris(ran.stdout);
  debug('cannot use %o: %s', sources, ran.stderr);
  return archives;
}

/** What apt knows of the installed system alone, as the archive of a cache where one has it. */
function fromCache(sys: Sys, request: PackageRequest, archive: PrintedArchive): PrintedArchive {
  if (!isOfInstalledIndex(archive.location)) return archive;
  const root = sys.root(request.hostRoot);
  for (const directory of cacheDirectories) {
    const found = root.stat(`${directory}/${archive.file}`);
    if (found?.type !== 'file') continue;
    return {
      ...archive,
      location: `file:/${directory}/${archive.file}`,
      size: found.size,
      digest: undefined,
    };
  }
  return archive;
}

function supersededFile(
  sys: Sys,
  request: PackageRequest,
  host: DpkgHost,
  { name, version }: PrintedArchive,
): readonly string[] {
  const installed = host.packages.get(name);
  if (installed === undefined || installed.version === version) return [];
  const file = `${name}_${installed.version.replaceAll(':', '%3a')}_${installed.architecture}.deb`;
  const root = sys.root(request.hostRoot);
  return cacheDirectories
    .map((directory) => `/${directory}/${file}`)
    .filter((path) => root.stat(path)?.type === 'file')
    .slice(0, 1);
}

// Every word that apt does not know may come from another drop-in, so all of them are named at once.
async function refuseUnknown(
  sys: Sys,
  request: PackageRequest,
  host: DpkgHost,
  ran: Ran,
): Promise<void> {
  const unknown = parseUnknown(ran.stderr);
  if (unknown.length === 0) return;
  const known = await sys.run(namesCommand(request, host.architecture));
  throw unknownPackages(apt, request.plan.install, unknown, known.stdout.split('\n'));
}

function hasLists(sys: Sys, { hostRoot }: PackageRequest): boolean {
  return sys
    .root(hostRoot)
    .list('var/lib/apt/lists')
    .some((name) => /_Packages(\.[a-z0-9]+)?$/.test(name));
}

// What apt needs to take the root for a system without any package.
function prepareState(sys: Sys, request: PackageRequest): void {
  const { state, cache } = aptPaths(request);
  const own = sys.root(state);
  own.mkdir('archives/partial', 0o755);
  own.mkdir('archives', 0o755);
  own.mkdir('.', 0o755);
  own.write('status', '', 0o644);
  sys.root(cache).mkdir('archives', 0o755);
}

function writePreferences(
  sys: Sys,
  request: PackageRequest,
  host: DpkgHost,
  pinned: boolean,
): void {
  const preferences = sys.root(request.hostRoot).readText('etc/apt/preferences') ?? '';
  const text = aptPreferences(host, pinned, preferences);
  sys.root(aptPaths(request).state).write('preferences', text, 0o644);
}

// Where the archive would come from as things are now; fetching finds out whether it really does.
function originOf(
  sys: Sys,
  request: PackageRequest,
  host: DpkgHost,
  archive: PrintedArchive,
): PackageOrigin {
  const found = request.plan.sources.find((source) => {
    switch (source) {
      case 'cache':
        return cachedCopies(sys, request, archive).length > 0;
      case 'installed':
        return host.packages.get(archive.name)?.version === archive.version;
      case 'network':
        return true;
      default:
        return source satisfies never;
    }
  });
  return found ?? 'network';
}
