import type { PackageRequest } from '../../model/package-request.ts';
import type { RootFiles, Sys } from '../../model/sys.ts';
import type { Job } from '../driver.ts';
import { isFileIn } from '../shared/is-file.ts';
import { withAllBelow } from '../shared/witnesses.ts';
import { readPacmanConf, type PacmanConf } from './conf.ts';
import { keptArchives } from './layout.ts';
import { readLocal, type LocalPackage } from './local.ts';

/** The facts of a host that pacman needs. */
export interface PacmanHost {
  readonly conf: PacmanConf;
  /** Directories of the host that are repositories. */
  readonly localRepositories: readonly string[];
  /** Installed packages by name. */
  readonly local: ReadonlyMap<string, LocalPackage>;
  /** Repositories without a database. */
  readonly withoutDatabase: readonly string[];
  /** Paths in the host by the names of archives and signatures: of our cache, of the host's, of local repositories. */
  readonly cached: ReadonlyMap<string, readonly string[]>;
  readonly isFile: (path: string) => boolean;
}

export type PacmanJob = Job<PacmanHost>;

export async function openPacman(sys: Sys, request: PackageRequest): Promise<PacmanJob> {
  const files = sys.root(request.hostRoot);
  const conf = readPacmanConf(files);
  const localRepositories = conf.localRepositories.flatMap((pattern) => files.glob(pattern));
  return {
    ...{ sys, request },
    host: {
      ...{ conf, localRepositories },
      local: readLocal(files, conf.database),
      withoutDatabase: conf.repositories
        .map(({ name }) => name)
        .filter((name) => files.stat(`${conf.database}/sync/${name}.db`) === undefined),
      cached: listArchives(files, [keptArchives, ...conf.caches, ...localRepositories]),
      isFile: isFileIn(files),
    },
  };
}

/**
 * pacman.conf with what it includes, the databases of repositories and of what is installed, the keyring, and the
 * caches, ours too, with repositories on the host's disk.
 */
export function pacmanWitnesses({ sys, request, host }: PacmanJob): readonly string[] {
  const files = sys.root(request.hostRoot);
  const { conf } = host;
  return withAllBelow(files, [
    ...['etc/pacman.conf', 'etc/pacman.d', `${conf.database}/sync`, `${conf.database}/local`],
    ...conf.included,
    ...[conf.keyring, keptArchives, ...conf.caches],
    ...host.localRepositories,
  ]);
}

function listArchives(
  files: RootFiles,
  directories: readonly string[],
): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>();
  for (const directory of directories) {
    for (const name of files.list(directory)) {
      const paths = found.get(name) ?? [];
      paths.push(`${directory}/${name}`);
      found.set(name, paths);
    }
  }
  return found;
}
