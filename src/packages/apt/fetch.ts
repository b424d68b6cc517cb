import { parseControl, type Stanza } from '../../formats/deb-control.ts';
import { absolutePath } from '../../model/brands.ts';
import { BuildError } from '../../model/errors.ts';
import type { Sys } from '../../model/sys.ts';
import { isOfInstalledIndex } from './index.ts';
import { describeCommand, downloadCommand, downloadSomeCommand, trustCommand } from './commands.ts';
import { aptPaths } from './layout.ts';
import { parseUnauthenticated, parseUntrusted } from './output.ts';
import {
  changedInstalled,
  offlineCorrupt,
  offlineMissing,
  unauthenticated,
  unfetchable,
  unobtainable,
} from './problems.ts';
import { takeArchive, type Taken } from './take.ts';
import { isIntact, keepArchive, localPath } from './archives.ts';
import { readDpkgHost } from './dpkg-host.ts';
import { readDatabase, type DpkgDatabase } from './dpkg-installed.ts';
import type {
  Fetched,
  FetchedArchive,
  PackageRequest,
  ResolvedArchive,
  Resolution,
} from '../driver.ts';
import { essentialClosure } from './essential.ts';

/** Brings every archive into the workspace, and finds out which of them come first. */
export async function fetchArchives(
  sys: Sys,
  request: PackageRequest,
  { archives, index = [], warnings }: Resolution,
): Promise<Fetched> {
  const { architecture } = readDpkgHost(sys.root(request.hostRoot));
  const [taken, stanzas] = await Promise.all([
    gather(sys, request, architecture, archives, index),
    describe(sys, request, architecture, archives, index),
  ]);
  const early = essentialClosure(stanzas);
  return {
    archives: taken.map((archive) => ({ ...archive, early: early.has(archive.name) })),
    warnings: [...warnings, ...taken.flatMap(leftOutWarning)],
  };
}

type TakenArchive = Omit<FetchedArchive, 'early'> & { readonly leftOut: readonly string[] };

async function gather(
  sys: Sys,
  request: PackageRequest,
  architecture: string,
  archives: readonly ResolvedArchive[],
  index: readonly string[],
): Promise<readonly TakenArchive[]> {
  let read: DpkgDatabase | undefined;
  const database = (): DpkgDatabase => (read ??= readDatabase(sys.root(request.hostRoot)));
  const found = archives.map((archive) => ({
    archive,
    taken: takeArchive(sys, request, database, archive),
  }));
  refuseUnobtainable(request, found);
  const missing = found.filter(({ taken }) => taken.type === 'fetch');
  const signed = found.filter(({ taken }) => taken.type !== 'rebuilt');
  if (missing.length > 0 || !(await allTrusted(sys, request, architecture))) {
    const wanted = signed.map(({ archive }) => archive);
    const commands = { all: wanted.length === archives.length, network: missing.length > 0 };
    if (wanted.length > 0) await download(sys, request, architecture, wanted, index, commands);
  }
  for (const { archive } of missing) await checkAndKeep(sys, request, archive);
  const directory = aptPaths(request).archives;
  return found.map(({ archive, taken }) => {
    const path = absolutePath(
      `${directory}/${taken.type === 'rebuilt' ? taken.file : archive.file}`,
    );
    return taken.type === 'rebuilt'
      ? {
          ...archive,
          ...{ origin: 'installed', path, file: taken.file, size: taken.bytes, digest: undefined },
          leftOut: taken.leftOut,
        }
      : { ...archive, path, origin: taken.type === 'fetch' ? 'network' : 'cache', leftOut: [] };
  });
}

function refuseUnobtainable(
  { plan }: PackageRequest,
  found: readonly { readonly archive: ResolvedArchive; readonly taken: Taken }[],
): void {
  const absent: ResolvedArchive[] = [];
  for (const { archive, taken } of found) {
    // No repository has what apt knows of the installed system alone.
    if (taken.type === 'fetch' && isOfInstalledIndex(archive.location)) throw unobtainable(archive);
    if (taken.type !== 'nowhere') continue;
    if (taken.changed.length > 0) throw changedInstalled(archive, taken.changed);
    if (taken.damaged.length > 0) throw offlineCorrupt(archive, taken.damaged);
    absent.push(archive);
  }
  if (absent.length > 0) throw offlineMissing(absent, plan.sources);
}

function leftOutWarning({ name, leftOut }: TakenArchive): readonly string[] {
  if (leftOut.length === 0) return [];
  const paths = leftOut.map((path) => `"/${path}"`).join(', ');
  return [
    `Cannot find the packaged default of ${paths}, which was changed here:` +
      ` "${name}" goes into the image without it`,
  ];
}

// apt checks signatures when it fetches. Where nothing has to be fetched, its answer that all lists are signed spares
// a second resolution; any other answer leaves the decision to it.
async function allTrusted(
  sys: Sys,
  request: PackageRequest,
  architecture: string,
): Promise<boolean> {
  const ran = await sys.run(trustCommand(request, architecture));
  return parseUntrusted(ran.stdout).length === 0;
}

async function download(
  sys: Sys,
  request: PackageRequest,
  architecture: string,
  archives: readonly ResolvedArchive[],
  index: readonly string[],
  { all, network }: { readonly all: boolean; readonly network: boolean },
): Promise<void> {
  const sources = [...index, ...localSources(archives)];
  const packages = archives.flatMap(({ name, version, digest }) =>
    digest === undefined ? [] : [`${name}=${version}`],
  );
  if (!all && packages.length === 0) return;
  const ran = await sys.run(
    all
      ? downloadCommand(request, architecture, sources, network)
      : downloadSomeCommand(request, architecture, sources, packages, network),
  );
  if (ran.exitCode === 0) return;
  const strangers = parseUnauthenticated(ran.stdout);
  throw strangers.length > 0 ? unauthenticated(strangers, archives) : unfetchable(ran, archives);
}

async function checkAndKeep(
  sys: Sys,
  request: PackageRequest,
  archive: ResolvedArchive,
): Promise<void> {
  const path = absolutePath(`${aptPaths(request).archives}/${archive.file}`);
  if (!isIntact(sys, path, archive.digest)) {
    throw new BuildError(`Cannot use "${archive.location}": what was fetched has another digest`);
  }
  await keepArchive(sys, request, archive);
}

async function describe(
  sys: Sys,
  request: PackageRequest,
  architecture: string,
  archives: readonly ResolvedArchive[],
  index: readonly string[],
): Promise<readonly Stanza[]> {
  const packages = archives.map(({ name, version }) => `${name}=${version}`);
  const sources = [...index, ...localSources(archives)];
  const ran = await sys.run(describeCommand(request, architecture, sources, packages));
  return [...parseControl(ran.stdout, fields)];
}

const fields: ReadonlySet<string> = new Set([
  'package',
  'essential',
  'pre-depends',
  'depends',
  'provides',
]);

// Archives given to apt as files, not found in a list: see preferSuperseded().
function localSources(archives: readonly ResolvedArchive[]): readonly string[] {
  return archives
    .filter(({ digest, location }) => digest === undefined && !isOfInstalledIndex(location))
    .flatMap(({ location }) => localPath(location) ?? []);
}
