import { parseControl, type Stanza } from '../formats/deb-control.ts';
import { absolutePath } from '../model/brands.ts';
import { BuildError } from '../model/errors.ts';
import type { Sys } from '../model/sys.ts';
import { describeCommand, downloadCommand, trustCommand } from './apt-commands.ts';
import { aptPaths } from './apt-layout.ts';
import { parseUnauthenticated, parseUntrusted } from './apt-output.ts';
import { offlineCorrupt, offlineMissing, unauthenticated, unfetchable } from './apt-problems.ts';
import { isIntact, keepArchive, localPath, takeCached } from './archives.ts';
import { readDpkgHost } from './dpkg-host.ts';
import type { Fetched, PackageRequest, ResolvedArchive, Resolution } from './driver.ts';
import { essentialClosure } from './essential.ts';

/** Brings every archive into the workspace, and finds out which of them come first. */
export async function fetchArchives(
  sys: Sys,
  request: PackageRequest,
  { archives, warnings }: Resolution,
): Promise<Fetched> {
  const { architecture } = readDpkgHost(sys.root(request.hostRoot));
  const [missing, stanzas] = await Promise.all([
    gather(sys, request, architecture, archives),
    describe(sys, request, architecture, archives),
  ]);
  const early = essentialClosure(stanzas);
  const paths = aptPaths(request);
  return {
    archives: archives.map((archive) => ({
      ...archive,
      origin: missing.has(archive) ? 'network' : 'cache',
      path: absolutePath(`${paths.archives}/${archive.file}`),
      early: early.has(archive.name),
    })),
    warnings,
  };
}

/** The archives that no cache had. */
async function gather(
  sys: Sys,
  request: PackageRequest,
  architecture: string,
  archives: readonly ResolvedArchive[],
): Promise<ReadonlySet<ResolvedArchive>> {
  const missing = archives.filter((archive) => !takeOrComplain(sys, request, archive));
  if (missing.length > 0 && request.plan.offline) throw offlineMissing(missing);
  if (missing.length > 0 || !(await allTrusted(sys, request, architecture))) {
    await download(sys, request, architecture, archives, missing.length > 0);
  }
  for (const archive of missing) await checkAndKeep(sys, request, archive);
  return new Set(missing);
}

function takeOrComplain(sys: Sys, request: PackageRequest, archive: ResolvedArchive): boolean {
  const taken = takeCached(sys, request, archive);
  switch (taken.type) {
    case 'taken':
      return true;
    case 'absent':
      return false;
    case 'corrupt':
      if (request.plan.offline) throw offlineCorrupt(archive, taken.files);
      return false;
    default:
      return taken satisfies never;
  }
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
  network: boolean,
): Promise<void> {
  const sources = localSources(archives);
  const ran = await sys.run(downloadCommand(request, architecture, sources, network));
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
): Promise<readonly Stanza[]> {
  const packages = archives.map(({ name, version }) => `${name}=${version}`);
  const sources = localSources(archives);
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
    .filter(({ digest }) => digest === undefined)
    .flatMap(({ location }) => localPath(location) ?? []);
}
