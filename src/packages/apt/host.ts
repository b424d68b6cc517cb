import type { AbsolutePath } from '../../model/brands.ts';
import { BuildError } from '../../model/errors.ts';
import type { PackageRequest } from '../../model/package-request.ts';
import type { Command, RootFiles, Sys, Visible } from '../../model/sys.ts';
import type { Job, ResolvedArchive } from '../driver.ts';
import { seeing } from '../shared/visible.ts';
import { withAllBelow } from '../shared/witnesses.ts';
import { readAptPlaces, type AptPlaces } from './apt-conf.ts';
import { openCache, type AptCache } from './cache.ts';
import { inside, localPath } from './layout.ts';
import { readDatabase, type DpkgDatabase } from './dpkg-installed.ts';
import { archivesGiven, seenBy } from './visible.ts';

/** The facts of a host that apt needs. */
export interface AptHost extends InstalledDebs {
  readonly database: DpkgDatabase;
  readonly places: AptPlaces;
  /** Of /etc/apt/preferences. */
  readonly preferences: string;
  readonly hasLists: boolean;
  readonly cache: AptCache;
  /** Parts of the host that its configuration names: apt sees them as well. */
  readonly named: readonly Visible[];
  /** Paths in the host by the names of archives, our cache before apt's own. */
  readonly cached: ReadonlyMap<string, readonly string[]>;
}

export type AptJob = Job<AptHost>;

interface InstalledDebs {
  /** Debian's name of the host's own architecture: amd64. */
  readonly architecture: string;
  /** Installed packages of that architecture and of `all`. */
  readonly packages: ReadonlyMap<string, InstalledDeb>;
}

interface InstalledDeb {
  readonly version: string;
  readonly architecture: string;
}

export async function openApt(sys: Sys, request: PackageRequest): Promise<AptJob> {
  const files = sys.root(request.hostRoot);
  const database = readDatabase(files);
  const places = await readAptPlaces(sys, request);
  return {
    ...{ sys, request },
    host: {
      ...installedDebs(database),
      ...{ database, places },
      preferences: files.readText(places.preferences) ?? '',
      hasLists: files.list(places.lists).some((name) => /_Packages(\.[a-z0-9]+)?$/.test(name)),
      ...{ named: seenBy(files, places), cache: openCache(sys, request) },
      cached: listArchives(files, places),
    },
  };
}

/** A command of apt with the cache of this build, and with what it needs to see of this host. */
export function inJob(
  { host }: AptJob,
  command: Command,
  sources: readonly string[] = [],
): Command {
  const seen = seeing(command, [...host.named, ...archivesGiven(sources)]);
  if (seen.sandbox === undefined) return seen;
  const cache = { source: host.cache.directory, target: inside.cache, writable: true };
  return { ...seen, sandbox: { ...seen.sandbox, binds: [...seen.sandbox.binds, cache] } };
}

/**
 * dpkg's status with its journal, diversions, modes and architectures; apt's configuration with repositories,
 * preferences and keys; the package lists; and the caches, which decide where a version that no list has any more can
 * be taken from.
 */
export function aptWitnesses(job: AptJob): readonly string[] {
  const { places } = job.host;
  return witnessesOf(job, [
    ...databaseFiles(places),
    ...['diversions', 'statoverride', 'arch'].map((name) => `var/lib/dpkg/${name}`),
    ...['etc/apt', 'usr/share/keyrings', places.configuration, places.preferences, places.lists],
  ]);
}

/** Those of them that say which packages the host has. */
export function databaseWitnesses(job: AptJob): readonly string[] {
  return witnessesOf(job, databaseFiles(job.host.places));
}

function witnessesOf(
  { sys, request, host: { places } }: AptJob,
  paths: readonly string[],
): readonly string[] {
  // What apt has not fetched whole lies here, and what it fetches for other programs. Neither decides anything.
  const passing = new Set(
    [places.lists, places.archives].flatMap((directory) =>
      ['partial', 'auxfiles', 'lock'].map((name) => `${directory}/${name}`),
    ),
  );
  return withAllBelow(sys.root(request.hostRoot), paths, (path) => passing.has(path));
}

function databaseFiles(places: AptPlaces): readonly string[] {
  return ['var/lib/dpkg/status', 'var/lib/dpkg/updates', ...archiveDirectories(places)];
}

/** Ours before apt's own, which lacks what ours has. */
export function archiveDirectories({ archives }: AptPlaces): readonly string[] {
  return [keptArchives, archives];
}

/** Files of this machine that may be the archive: in our cache, in the host's, in a repository on its disk. */
export function cachedCopies(
  { sys, request, host }: AptJob,
  { file, from, size }: Pick<ResolvedArchive, 'file' | 'from' | 'size'>,
): readonly AbsolutePath[] {
  if (from.type === 'installed only') return [];
  const files = sys.root(request.hostRoot);
  const local = from.type === 'repository' ? localPath(from.uri ?? '') : from.path;
  return [...(host.cached.get(file) ?? []), ...(local === undefined ? [] : [local])]
    .filter((path) => {
      const found = files.stat(path);
      return found?.type === 'file' && found.size === size;
    })
    .map((path) => files.resolve(path));
}

/** Throws BuildError where the database knows of no dpkg, whose architecture is the host's. */
export function installedDebs({ host, stanzas }: DpkgDatabase): InstalledDebs {
  const installed = [...stanzas.values()].flatMap((stanza) => {
    const [name, version, architecture] = ['package', 'version', 'architecture'].map((field) =>
      stanza.get(field),
    );
    return name === undefined || version === undefined || architecture === undefined
      ? []
      : [{ name, version, architecture }];
  });
  const architecture = installed.find(({ name }) => name === 'dpkg')?.architecture;
  if (architecture === undefined) {
    throw new BuildError(
      `Cannot use the packages of "${host.path}": dpkg is not installed there according to "/var/lib/dpkg/status"`,
    );
  }
  const ours = installed.filter((one) => [architecture, 'all'].includes(one.architecture));
  return { architecture, packages: new Map(ours.map(({ name, ...rest }) => [name, rest])) };
}

function listArchives(files: RootFiles, places: AptPlaces): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>();
  for (const directory of archiveDirectories(places)) {
    for (const name of files.list(directory)) {
      const paths = found.get(name) ?? [];
      paths.push(`${directory}/${name}`);
      found.set(name, paths);
    }
  }
  return found;
}

export const keptArchives = 'var/cache/pkginitrd/apt/archives';
