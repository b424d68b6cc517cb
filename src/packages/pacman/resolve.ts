import { logger } from '../../log.ts';
import type { RootFiles } from '../../model/sys.ts';
import type { ResolvedArchive, Resolution } from '../driver.ts';
import { originOf } from '../shared/take.ts';
import { unknownPackages } from '../shared/unknown-packages.ts';
import { seeing } from '../shared/visible.ts';
import { buildConf, installedSection, localConf } from './conf.ts';
import type { PacmanJob } from './host.ts';
import { installedDatabase, installedDatabaseFile, installedFile } from './installed-database.ts';
import { pacmanPaths } from './layout.ts';
import { localClosure } from './local.ts';
import { parsePrinted, parseUnknown, resolveCommand } from './printing.ts';
import { isUnsatisfied, noDatabases, pacman, partialUpgrade, unresolvable } from './problems.ts';
import { forFetching } from './visible.ts';

const debug = logger('packages');

/**
 * Asks pacman what the request comes to by the host's databases. Where that cannot be had without the network, the
 * installed system answers for itself, if it is among the sources.
 */
export async function resolvePackages(job: PacmanJob): Promise<Resolution> {
  const missing = job.host.withoutDatabase;
  const fromInstalled = job.request.plan.sources.includes('installed');
  prepare(job);
  if (missing.length > 0 && !fromInstalled) throw noDatabases(missing);
  if (missing.length === 0) {
    const archives = await bySync(job, fromInstalled);
    if (archives !== undefined) {
      const partial = partialUpgrade(archives);
      return { archives, warnings: partial === undefined ? [] : [partial] };
    }
  }
  return { archives: byLocal(job), warnings: [] };
}

async function bySync(
  job: PacmanJob,
  fromInstalled: boolean,
): Promise<readonly ResolvedArchive[] | undefined> {
  const { sys, request, host } = job;
  const command = resolveCommand(request, host.conf.keyring);
  const ran = await sys.run(seeing(command, forFetching(host)));
  const isInstalled = (): boolean =>
    fromInstalled && localClosure(host.local, targets(job)).missing.length === 0;
  if (ran.exitCode !== 0) {
    const problem = unresolvable(ran, parseUnknown(ran), request.plan.install, [
      ...host.local.keys(),
    ]);
    if (!isUnsatisfied(ran) || !isInstalled()) throw problem;
    debug('the databases do not fit the installed packages: %s', problem.message);
    return undefined;
  }
  const archives = parsePrinted(ran.stdout).map((archive) => {
    const hostVersion = host.local.get(archive.name)?.version;
    const origin = originOf(request.plan, archive, {
      cache: () => host.cached.get(archive.file)?.some(host.isFile) === true,
      installed: () => hostVersion === archive.version,
    });
    return { ...archive, hostVersion, origin };
  });
  // A database that is newer than the system names archives that are only on the network.
  if (fromInstalled && archives.some(({ origin }) => origin === undefined)) {
    if (isInstalled()) {
      debug('the databases name archives that are nowhere here, going by the installed system');
      return undefined;
    }
  }
  return archives.map((archive) => ({ ...archive, origin: archive.origin ?? 'network' }));
}

function byLocal(job: PacmanJob): readonly ResolvedArchive[] {
  const { local } = job.host;
  const { packages, missing } = localClosure(local, targets(job));
  if (missing.length > 0) {
    throw unknownPackages(pacman, job.request.plan.install, missing, [...local.keys()]);
  }
  return packages.map((installed) => ({
    ...{ name: installed.name, version: installed.version, architecture: installed.architecture },
    size: undefined,
    origin: 'installed',
    hostVersion: installed.version,
    file: installedFile(installed),
    from: { type: 'installed only' },
    digest: undefined,
  }));
}

function targets({ request }: PacmanJob): readonly string[] {
  return request.plan.install.map(({ value }) => value);
}

function prepare(job: PacmanJob): void {
  const { sys, request, host } = job;
  const { conf } = host;
  const withInstalled = request.plan.sources.includes('installed');
  const own = sys.root(pacmanPaths(request).state);
  own.mkdir('hooks', 0o755);
  own.mkdir('archives/installed', 0o755);
  const { withDocs } = request.plan;
  own.write(
    'pacman.conf',
    buildConf(conf, withDocs, withInstalled ? [installedSection] : []),
    0o644,
  );
  own.write('local.conf', localConf(conf, withDocs), 0o644);
  prepareRoot(job);
}

/** Makes pacman take the root for a system without any package that has the host's databases of repositories. */
export function prepareRoot({ sys, request, host: { conf, local } }: PacmanJob): RootFiles {
  const tree = sys.root(pacmanPaths(request).root);
  tree.mkdir('/', 0o755);
  for (const [name, mode] of mountPoints) tree.mkdir(name, mode);
  tree.mkdir(databases, 0o755);
  for (const { name } of conf.repositories) {
    for (const file of [`${name}.db`, `${name}.db.sig`]) {
      tree.symlink(`${conf.database}/sync/${file}`, `${databases}/${file}`);
    }
  }
  if (request.plan.sources.includes('installed')) {
    tree.write(`${databases}/${installedDatabaseFile}`, installedDatabase(local), 0o644);
  }
  return tree;
}

const databases = 'var/lib/pacman/sync';

const mountPoints = [
  ['dev', 0o755],
  ['proc', 0o555],
  ['run', 0o755],
  ['sys', 0o555],
  ['tmp', 0o1777],
] as const;
