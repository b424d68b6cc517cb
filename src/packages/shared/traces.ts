import type { RootFiles } from '../../model/sys.ts';

/**
 * Removes what tells one installation of the same packages from another: logs, backups, locks, binary caches with
 * times in them, identities.
 */
export function removeTraces(root: RootFiles): void {
  for (const path of traces.flatMap((pattern) => root.glob(pattern))) root.remove(path);
  for (const { path, type } of [...root.walk('var/log')]) if (type === 'file') root.remove(path);
  for (const directory of ['dev', 'run', 'tmp', 'var/tmp']) {
    for (const name of root.list(directory)) root.remove(`${directory}/${name}`);
  }
  root.write('etc/machine-id', 'uninitialized\n', 0o444);
}

const traces = [
  // passwd-, shadow- and such: the file before the last change.
  'etc/*-',
  'etc/.pwd.lock',
  'var/cache/apt/*.bin',
  'var/cache/debconf/*-old',
  // The inode numbers and times of every library.
  'var/cache/ldconfig/aux-cache',
  'var/lib/dbus/machine-id',
  'var/lib/dpkg/*-old',
  'var/lib/dpkg/lock*',
  'var/lib/dpkg/triggers/Lock',
  'var/lib/systemd/credential.secret',
  'var/lib/systemd/random-seed',
  'var/log/journal/*',
  // Compiled by postinst scripts, with the times of their sources inside.
  'usr/lib/**/__pycache__',
  'usr/share/**/__pycache__',
];
