import {
  encodePacmanConf,
  parsePacmanConf,
  type PacmanLine,
  type PacmanSection,
} from '../../formats/pacman-conf.ts';
import { withoutTrailingSlashes } from '../../formats/slashes.ts';
import { BuildError } from '../../model/errors.ts';
import type { RootFiles } from '../../model/sys.ts';
import { inside, installedRepository } from './layout.ts';

/** The host's pacman.conf, with the included files in the place of Include= lines. */
export interface PacmanConf {
  readonly options: readonly PacmanLine[];
  readonly repositories: readonly PacmanSection[];
  /** Absolute paths in the host, with the defaults of pacman. */
  readonly database: string;
  readonly caches: readonly string[];
  /** Shell patterns of directories that are repositories themselves: no cache has a copy of what lies there. */
  readonly localRepositories: readonly string[];
  readonly keyring: string;
  /** Files that were read in the place of Include= lines, and directories where more could come to be. */
  readonly included: readonly string[];
  /** Patterns of NoExtract=, which the host's packages were installed without. */
  readonly notExtracted: readonly string[];
}

export function readPacmanConf(host: RootFiles): PacmanConf {
  const text = host.readText('etc/pacman.conf');
  if (text === undefined) {
    throw new BuildError(`Cannot use pacman: no "/etc/pacman.conf" in "${host.path}"`, {
      hint: 'Install the configuration of your distribution, or give another root with --host-root',
    });
  }
  const included = new Set<string>();
  const sections = parsePacmanConf(text, (pattern) => {
    included.add(pattern.replace(/\/[^/]*[*?[].*$/, ''));
    return host.glob(pattern).map((path) => {
      included.add(path);
      return host.readText(path) ?? '';
    });
  });
  const options = sections.find(({ name }) => name === 'options')?.lines ?? [];
  const words = (key: string) =>
    options
      .filter((line) => line.key === key)
      .flatMap(({ value }) => (value ?? '').split(/\s+/).filter((word) => word !== ''));
  const [database = '/var/lib/pacman'] = words('DBPath');
  const caches = words('CacheDir');
  const [keyring = '/etc/pacman.d/gnupg'] = words('GPGDir');
  const repositories = sections.filter(({ name }) => name !== 'options');
  return {
    options,
    repositories,
    localRepositories: repositories.flatMap(localDirectories),
    database: withoutTrailingSlashes(database),
    caches: caches.length === 0 ? ['/var/cache/pacman/pkg'] : caches,
    keyring,
    included: [...included],
    notExtracted: words('NoExtract'),
  };
}

// Architecture may be "auto": a star instead, since only one can be there.
function localDirectories({ name, lines }: PacmanSection): readonly string[] {
  return lines.flatMap(({ key, value }) => {
    if (key !== 'Server' || value?.startsWith('file:///') !== true) return [];
    const path = withoutTrailingSlashes(value.slice('file://'.length));
    return [path.replaceAll('$repo', name).replaceAll('$arch', '*')];
  });
}

/**
 * The configuration of a build: the host's, without what would reach for the host or ask about it. `own` are more
 * repositories, of which the host's are preferred.
 */
export function buildConf(
  conf: PacmanConf,
  withDocs: boolean,
  own: readonly PacmanSection[] = [],
): string {
  return encodePacmanConf([
    { name: 'options', lines: buildOptions(conf, withDocs) },
    ...[...conf.repositories, ...own],
  ]);
}

/** A repository of nothing but a database, which nobody has signed. */
export const installedSection: PacmanSection = {
  name: installedRepository,
  lines: [
    { key: 'SigLevel', value: 'Never' },
    { key: 'Server', value: `file://${inside.archives}/installed` },
  ],
};

/**
 * For a transaction out of files alone, some of which are made of installed ones and cannot have a signature. All
 * others have passed the host's SigLevel before.
 */
export function localConf(conf: PacmanConf, withDocs: boolean): string {
  const lines = buildOptions(conf, withDocs).filter(({ key }) => key !== 'LocalFileSigLevel');
  const optional = { key: 'LocalFileSigLevel', value: 'Optional' };
  return encodePacmanConf([{ name: 'options', lines: [...lines, optional] }]);
}

/** SigLevel of pacman.conf(5): true if packages of a repository are taken only with a signature. */
export function needsSignature(conf: PacmanConf, repository: string): boolean {
  const own = conf.repositories.find(({ name }) => name === repository)?.lines ?? [];
  const words = [...conf.options, ...own]
    .filter(({ key }) => key === 'SigLevel')
    .flatMap(({ value }) => (value ?? '').split(/\s+/));
  const last = words.findLast((word) => /^(?:Package)?(?:Never|Optional|Required)$/.test(word));
  return last === undefined || last.endsWith('Required');
}

function buildOptions(conf: PacmanConf, withDocs: boolean): readonly PacmanLine[] {
  const kept = conf.options.filter(({ key }) => !dropped.has(key));
  const docs = { key: 'NoExtract', value: documentation.join(' ') };
  return withDocs ? kept : [...kept, docs];
}

const dropped: ReadonlySet<string> = new Set([
  // Given on the command line.
  ...['RootDir', 'DBPath', 'CacheDir', 'GPGDir', 'HookDir', 'LogFile'],
  // pacman 7 changes to a user that cannot write to our directories, and confines itself by means that do not work in
  // a sandbox; ours does more.
  ...['DownloadUser', 'DisableSandbox', 'DisableSandboxFilesystem', 'DisableSandboxSyscalls'],
  // It looks for mount points, of which a sandbox has others.
  'CheckSpace',
  // About upgrading the host.
  ...['IgnorePkg', 'IgnoreGroup', 'NoUpgrade', 'HoldPkg', 'CleanMethod', 'UseDelta'],
  ...['UseSyslog', 'Color', 'ILoveCandy', 'VerbosePkgLists', 'NoProgressBar'],
]);

// The licences ask that they stay with the files.
const documentation = ['doc', 'gtk-doc', 'help', 'info', 'man'].map(
  (name) => `usr/share/${name}/*`,
);
