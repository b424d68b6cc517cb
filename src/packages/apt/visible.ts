import type { RootFiles, Visible } from '../../model/sys.ts';
import type { AptPlaces } from './apt-conf.ts';
import { fetching, programs, userNames, visible } from '../shared/visible.ts';

/** For dpkg-deb and tar, which unpack before the root has tools of its own. */
export const unpacking: readonly Visible[] = programs;

/** For apt: configuration, lists and keys. */
export const choosing: readonly Visible[] = [
  ...programs,
  // apt changes to a user of its own to fetch and to check signatures.
  ...userNames,
  ...visible("apt's configuration: repositories, preferences, keys, passwords", 'etc/apt'),
  ...visible('which packages the repositories have', 'var/lib/apt/lists'),
  ...visible('which other architectures there are', 'var/lib/dpkg/arch', 'etc/dpkg'),
  ...visible('which part of the machines gets an update first', 'etc/machine-id'),
];

/** For apt that may fetch. */
export const downloading: readonly Visible[] = [...choosing, ...fetching];

/**
 * Files and directories that the configuration names: repositories on this disk, keys and certificates elsewhere, moved
 * directories. Every absolute path counts, for no script of a package runs where apt does.
 */
export function namedByApt(files: RootFiles): readonly Visible[] {
  const texts = configurationFiles.flatMap((pattern) =>
    files.glob(pattern).map((path) => files.readText(path) ?? ''),
  );
  const paths = texts.flatMap((text) => text.split('\n').flatMap(pathsIn));
  return visible('named by the configuration', ...new Set(paths));
}

/** Those, and where apt's files are. */
export function seenBy(files: RootFiles, places: AptPlaces): readonly Visible[] {
  return [
    ...visible("apt's files, where its configuration moves them", ...Object.values(places)),
    ...namedByApt(files),
  ];
}

/** Archives of the host's caches that apt gets as files. */
export function archivesGiven(sources: readonly string[]): readonly Visible[] {
  return visible('an archive that no list has any more', ...sources);
}

const configurationFiles = [
  ...['etc/apt/apt.conf', 'etc/apt/apt.conf.d/*'],
  ...['etc/apt/sources.list', 'etc/apt/sources.list.d/*'],
];

function pathsIn(line: string): readonly string[] {
  if (/^\s*(?:#|\/\/)/.test(line)) return [];
  return [...line.matchAll(absolute)].flatMap(([, scheme, path = '']) =>
    // A directory of the root itself says little, but a repository may be one.
    scheme !== undefined || path.split('/').length > 2 ? [path] : [],
  );
}

const absolute = /(?:^|[\s"'=[,(])((?:file|copy|cdrom):(?:\/\/)?)?(\/[^\s"'\],;)]+)/g;
