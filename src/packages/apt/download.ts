import type { Stanza } from '../../formats/deb-control.ts';
import { absolutePath } from '../../model/brands.ts';
import { BuildError } from '../../model/errors.ts';
import type { Fetched, FetchedArchive, Found, ResolvedArchive, Resolution } from '../driver.ts';
import { isIntact } from '../shared/digest.ts';
import { keepFetched } from '../shared/keep.ts';
import { leftOutWarnings } from '../shared/take.ts';
import { essentialClosure } from './essential.ts';
import {
  downloadCommand,
  downloadSomeCommand,
  parseUnauthenticated,
  unauthenticated,
  unfetchable,
} from './fetching.ts';
import { inJob, type AptJob } from './host.ts';
import { aptPaths } from './layout.ts';
import { describeCommand, parseDescribed, parseUntrusted, trustCommand } from './lists.ts';

/** Brings what is missing into the workspace, and finds out which archives come first. */
export async function downloadDebs(
  job: AptJob,
  { archives, index = [], warnings }: Resolution,
  found: readonly Found[],
): Promise<Fetched> {
  const [described, unkept] = await Promise.all([
    describe(job, archives, index),
    fetchAndCheck(job, found, index),
  ]);
  const early = essentialClosure(described);
  const sizes = installedSizes(described);
  const placed = found.map((each) => {
    const { name } = each.archive;
    return { ...place(job, each, early.has(name)), unpackedSize: sizes.get(name) };
  });
  return { archives: placed, warnings: [...warnings, ...unkept, ...leftOutWarnings(placed)] };
}

async function fetchAndCheck(
  job: AptJob,
  found: readonly Found[],
  index: readonly string[],
): Promise<readonly string[]> {
  const missing = found.filter(({ taken }) => taken.type === 'fetch');
  const signed = found.filter(({ taken }) => taken.type !== 'rebuilt');
  if (missing.length > 0 || !(await allTrusted(job))) {
    const wanted = signed.map(({ archive }) => archive);
    const commands = { all: wanted.length === found.length, network: missing.length > 0 };
    if (wanted.length > 0) await download(job, wanted, index, commands);
  }
  for (const { archive } of missing) check(job, archive);
  const { archives, cache } = aptPaths(job.request);
  const kept = absolutePath(`${cache}/archives`);
  return keepFetched(
    job.sys,
    archives,
    kept,
    missing.map(({ archive }) => archive.file),
  );
}

// apt checks signatures when it fetches. Where nothing has to be fetched, its answer that all lists are signed spares
// a second resolution; any other answer leaves the decision to it.
async function allTrusted(job: AptJob): Promise<boolean> {
  const { sys, request, host } = job;
  const ran = await sys.run(inJob(job, trustCommand(request, host.architecture)));
  return parseUntrusted(ran.stdout).length === 0;
}

async function download(
  job: AptJob,
  archives: readonly ResolvedArchive[],
  index: readonly string[],
  { all, network }: { readonly all: boolean; readonly network: boolean },
): Promise<void> {
  const { sys, request, host } = job;
  const sources = [...index, ...supersededFiles(archives)];
  const packages = archives.flatMap(({ name, version, digest }) =>
    digest === undefined ? [] : [`${name}=${version}`],
  );
  if (!all && packages.length === 0) return;
  const command = all
    ? downloadCommand(request, host.architecture, sources, network)
    : downloadSomeCommand(request, host.architecture, sources, packages, network);
  const ran = await sys.run(inJob(job, command, sources));
  if (ran.exitCode === 0) return;
  const strangers = parseUnauthenticated(ran.stdout);
  throw strangers.length > 0 ? unauthenticated(strangers, archives) : unfetchable(ran, archives);
}

function check({ sys, request }: AptJob, archive: ResolvedArchive): void {
  const { archives } = aptPaths(request);
  const path = absolutePath(`${archives}/${archive.file}`);
  if (!isIntact(sys, path, archive.digest)) {
    const what = archive.from.type === 'repository' ? archive.from.uri : archive.file;
    throw new BuildError(`Cannot use "${what}": what was fetched has another digest`);
  }
}

/** What the packages say of themselves. */
async function describe(
  job: AptJob,
  archives: readonly ResolvedArchive[],
  index: readonly string[],
): Promise<readonly Stanza[]> {
  const { sys, request, host } = job;
  const packages = archives.map(({ name, version }) => `${name}=${version}`);
  const sources = [...index, ...supersededFiles(archives)];
  const command = describeCommand(request, host.architecture, sources, packages);
  const ran = await sys.run(inJob(job, command, sources));
  return parseDescribed(ran.stdout);
}

// The field counts in KiB (deb-control(5)).
function installedSizes(described: readonly Stanza[]): ReadonlyMap<string, number> {
  return new Map(
    described.flatMap((stanza) => {
      const size = Number(stanza.get('installed-size'));
      return Number.isSafeInteger(size) ? [[stanza.get('package') ?? '', size * 1024]] : [];
    }),
  );
}

// No list has them, so apt gets them as files.
function supersededFiles(archives: readonly ResolvedArchive[]): readonly string[] {
  return archives.flatMap(({ from }) => (from.type === 'superseded' ? [from.path] : []));
}

function place(
  { sys, request }: AptJob,
  { archive, taken }: Found,
  early: boolean,
): FetchedArchive {
  const directory = aptPaths(request).archives;
  const file = taken.type === 'fetch' ? archive.file : taken.file;
  const path = absolutePath(`${directory}/${file}`);
  const common = { ...archive, file, path, early };
  if (taken.type === 'rebuilt') {
    const { bytes: size, leftOut } = taken;
    return { ...common, origin: 'installed', size, digest: undefined, leftOut };
  }
  const size = archive.size ?? sys.root(directory).stat(file)?.size ?? 0;
  return { ...common, origin: taken.type === 'fetch' ? 'network' : 'cache', size, leftOut: [] };
}
