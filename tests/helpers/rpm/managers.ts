import { createHash } from 'node:crypto';
import { ports, type RpmManager } from './hosts.ts';

/** Where things of a manager lie in the fixture's hosts, without leading slash. */
export interface ManagerFacts {
  readonly manager: RpmManager;
  /** As the user types it. */
  readonly program: string;
  readonly refresh: string;
  readonly cache: string;
  /** In the cache: all archives, those of the one repository, and its metadata. */
  readonly archives: string;
  readonly packages: string;
  readonly metadata: string;
  readonly repositoryFile: string;
  /** Files that the manager takes for a lock of another one. */
  readonly locks: readonly string[];
}

export const dnf4: ManagerFacts = {
  ...{ manager: 'dnf4', program: 'dnf', refresh: 'dnf makecache' },
  ...dnfCache('dnf4', 'var/cache/dnf'),
  repositoryFile: 'etc/yum.repos.d/test.repo',
  locks: [
    'var/cache/dnf/metadata_lock.pid',
    'var/cache/dnf/download_lock.pid',
    'var/lib/dnf/rpmdb_lock.pid',
  ],
};

export const dnf5: ManagerFacts = {
  ...{ manager: 'dnf5', program: 'dnf5', refresh: 'dnf5 makecache' },
  ...dnfCache('dnf5', 'var/cache/libdnf5'),
  repositoryFile: 'etc/yum.repos.d/test.repo',
  locks: [],
};

export const zypper: ManagerFacts = {
  manager: 'zypper',
  program: 'zypper',
  refresh: 'zypper refresh',
  cache: 'var/cache/zypp',
  archives: 'var/cache/zypp/packages',
  packages: 'var/cache/zypp/packages/test/Packages',
  metadata: 'var/cache/zypp/raw',
  repositoryFile: 'etc/zypp/repos.d/test.repo',
  locks: ['run/zypp.pid', 'var/run/zypp.pid'],
};

// dnf names a repository's cache by the URL.
function dnfCache(manager: RpmManager, cache: string) {
  const url = `http://127.0.0.1:${ports[manager]}/`;
  const hash = createHash('sha256').update(url).digest('hex').slice(0, 16);
  const packages = `${cache}/test-${hash}/packages`;
  return { cache, packages, archives: packages, metadata: `${cache}/test-${hash}/repodata` };
}
