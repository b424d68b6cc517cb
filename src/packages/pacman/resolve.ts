import { logger } from '../../log.ts';
import type { Sys } from '../../model/sys.ts';
import type { PackageRequest, ResolvedArchive, Resolution } from '../driver.ts';
import { cachedFile } from './caches.ts';
import { resolveCommand } from './commands.ts';
import { buildConf, localConf, readPacmanConf, type PacmanHost } from './conf.ts';
import { pacmanPaths } from './layout.ts';
import { localClosure, readLocal, type LocalPackage } from './local.ts';
import { noDatabases, pacman, unresolvable } from './problems.ts';
import { unknownPackages } from '../shared/unknown-packages.ts';

const debug = logger('packages');

/**
 * Asks pacman what the request comes to by the host's databases. Where that cannot be had without the network, the
 * installed system answers for itself, if it is among the sources.
 */
export async function resolvePackages(sys: Sys, request: PackageRequest): Promise<Resolution> {
  const host = readPacmanConf(sys.root(request.hostRoot));
  const local = readLocal(sys.root(request.hostRoot), host.database);
  prepare(sys, request, host);
  const missing = host.repositories
    .map(({ name }) => name)
    .filter(
      (name) => sys.root(request.hostRoot).stat(`${host.database}/sync/${name}.db`) === undefined,
    );
  const fromInstalled = request.plan.sources.includes('installed');
  if (missing.length > 0 && !fromInstalled) throw noDatabases(missing);
  if (missing.length === 0) {
    const archives = await bySync(sys, request, host, local, fromInstalled);
    if (archives !== undefined) return { archives, warnings: [] };
  }
  return { archives: byLocal(request, local), warnings: [] };
}

async function bySync(
  sys: Sys,
  request: PackageRequest,
  host: PacmanHost,
  local: ReadonlyMap<string, LocalPackage>,
  fromInstalled: boolean,
): Promise<readonly ResolvedArchive[] | undefined> {
  const ran = await sys.run(resolveCommand(request, host.keyring));
  if (ran.exitCode !== 0) throw unresolvable(ran, request.plan.install, [...local.keys()]);
  const archives = parsePrinted(ran.stdout).map((archive) => {
    const hostVersion = local.get(archive.name)?.version;
    const origin = request.plan.sources.find((source) => {
      switch (source) {
        case 'cache':
          return cachedFile(sys, request, host, archive.file) !== undefined;
        case 'installed':
          return hostVersion === archive.version;
        case 'network':
          return true;
        default:
          return source satisfies never;
      }
    });
    return { ...archive, hostVersion, origin };
  });
  // A database that is newer than the system names archives that are only on the network.
  if (fromInstalled && archives.some(({ origin }) => origin === undefined)) {
    const { missing } = localClosure(local, targets(request));
    if (missing.length === 0) {
      debug('the databases name archives that are nowhere here, going by the installed system');
      return undefined;
    }
  }
  return archives.map((archive) => ({ ...archive, origin: archive.origin ?? 'network' }));
}

function byLocal(
  request: PackageRequest,
  local: ReadonlyMap<string, LocalPackage>,
): readonly ResolvedArchive[] {
  const { packages, missing } = localClosure(local, targets(request));
  if (missing.length > 0) {
    throw unknownPackages(pacman, request.plan.install, missing, [...local.keys()]);
  }
  return packages.map(({ name, version, architecture }) => ({
    name,
    version,
    architecture,
    size: 0,
    origin: 'installed',
    hostVersion: version,
    file: `${name}-${version}-${architecture}.pkg.tar`,
    location: '',
    digest: undefined,
  }));
}

function targets({ plan }: PackageRequest): readonly string[] {
  return plan.install.map(({ value }) => value);
}

type Printed = Omit<ResolvedArchive, 'origin' | 'hostVersion'>;

/** Reads "REPOSITORY NAME VERSION SIZE LOCATION" lines; questions and warnings are passed over. */
export function parsePrinted(output: string): readonly Printed[] {
  return output.split('\n').flatMap((line) => {
    const [, repository, name, version, size, location] =
      /^(\S+) (\S+) (\S+) (\d+) (\S+:\/\/\S+)$/.exec(line) ?? [];
    if (repository === undefined || name === undefined || version === undefined) return [];
    const file = decodeURIComponent((location ?? '').replace(/^.*\//, ''));
    const [, architecture = 'any'] = /-([^-]+)\.pkg\.tar(?:\.\w+)?$/.exec(file) ?? [];
    return [
      {
        name,
        version,
        architecture,
        size: Number(size),
        file,
        // What pacman takes for a name: the repository decides whose signature counts.
        location: `${repository}/${name}`,
        digest: undefined,
      },
    ];
  });
}

// What pacman needs to take the root for a system without any package, with the host's own databases of repositories.
function prepare(sys: Sys, request: PackageRequest, host: PacmanHost): void {
  const { root, state, cache } = pacmanPaths(request);
  const own = sys.root(state);
  own.mkdir('hooks', 0o755);
  own.mkdir('archives/installed', 0o755);
  own.write('pacman.conf', buildConf(host, request.plan.withDocs), 0o644);
  own.write('local.conf', localConf(host, request.plan.withDocs), 0o644);
  const tree = sys.root(root);
  tree.mkdir('/', 0o755);
  for (const [name, mode] of mountPoints) tree.mkdir(name, mode);
  tree.mkdir('var/lib/pacman', 0o755);
  tree.symlink(`${host.database}/sync`, 'var/lib/pacman/sync');
  sys.root(cache).mkdir('/', 0o755);
}

const mountPoints = [
  ['dev', 0o755],
  ['proc', 0o555],
  ['run', 0o755],
  ['sys', 0o555],
  ['tmp', 0o1777],
] as const;
