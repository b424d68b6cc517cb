import { createHash } from 'node:crypto';
import { ports } from '../../helpers/rpm/hosts.ts';
import { rpmSuite } from '../../helpers/rpm/suite.ts';

// dnf names a repository's cache by the URL, and looks for it below an installroot unless told by an option.
const url = `http://127.0.0.1:${ports.dnf4}/`;
const hash = createHash('sha256').update(url).digest('hex').slice(0, 16);

rpmSuite({
  manager: 'dnf4',
  packages: `var/cache/dnf/test-${hash}/packages`,
  metadata: `var/cache/dnf/test-${hash}/repodata`,
  refresh: 'dnf makecache',
  locks: [
    'var/cache/dnf/metadata_lock.pid',
    'var/cache/dnf/download_lock.pid',
    'var/lib/dnf/rpmdb_lock.pid',
  ],
});
