import { createHash } from 'node:crypto';
import { BuildError } from '../../model/errors.ts';
import type { Ran } from '../../model/sys.ts';
import {
  dnf4,
  dnf5,
  downloadCommand,
  installedUrl,
  resolveCommand,
  type DnfDialect,
} from './dnf-commands.ts';
import { parseDnf } from './dnf-output.ts';
import { escapePattern } from './cache.ts';
import type { RpmFrontEnd } from './front-end.ts';
import { installedRepository } from './index.ts';
import { rpmDriver } from './rpm.ts';

export const dnf4FrontEnd = frontEndFor(dnf4, 'dnf');
export const dnf5FrontEnd = frontEndFor(dnf5, 'libdnf5');

/** Fedora's dnf up to release 40, and that of RHEL and its like up to 10. */
export const dnf4Driver = rpmDriver(dnf4FrontEnd);
export const dnf5Driver = rpmDriver(dnf5FrontEnd);

/** `cache` is the name of its directory in /var/cache: REPOSITORY-HASH/repodata and REPOSITORY-HASH/packages in both. */
function frontEndFor(dialect: DnfDialect, cache: string): RpmFrontEnd {
  return {
    program: dialect.program,
    refresh: `${dialect.program} makecache`,
    hostCache: {
      file: 'etc/dnf/dnf.conf',
      key: cache === 'dnf' ? 'cachedir' : 'system_cachedir',
      otherwise: `var/cache/${cache}`,
    },
    repositoryFiles: 'etc/yum.repos.d/*.repo',
    ownCache: cache,
    // libdnf5 keeps solv files inside of the repository's directory, dnf 4 beside it.
    metadata: [
      '*-*/repodata',
      '*-*/solv',
      '*-*/metalink.xml',
      '*-*/mirrorlist',
      '*.solv',
      '*.solvx',
    ],
    installedMetadata: `cache/${installedRepository}-${hashOf(installedUrl)}/repodata`,
    configureInstalled: () => {},
    archivePattern: ({ repository, file }) =>
      `${repository === undefined ? '*' : escapePattern(repository)}-${hash}/packages/${escapePattern(file)}`,
    placeFor: (files, repository, below) => {
      const [directory] = files.glob(`${escapePattern(repository)}-${hash}`);
      return directory && `${directory}/packages/${below.replace(/^.*\//, '')}`;
    },
    resolveCommand: (request, wanted, scope) => resolveCommand(dialect, request, wanted, scope),
    downloadCommand: (request, wanted, network) =>
      downloadCommand(dialect, request, wanted, network),
    parse: parseDnf,
    pin: (name, { version, architecture }) => `${name}-${version}.${architecture}`,
    explainDownload: (ran) => explain(dialect, ran),
  };
}

function hashOf(url: string): string {
  return createHash('sha256').update(url).digest('hex').slice(0, 16);
}

// Of the repository's URL.
const hash = '[0-9a-f]'.repeat(16);

function explain({ program }: DnfDialect, ran: Ran): BuildError | undefined {
  const text = `${ran.stdout}\n${ran.stderr}`;
  // The second is dnf 5's.
  const [, unsigned] =
    /^Package (\S+)\.rpm is not signed/m.exec(text) ??
    /^OpenPGP check for package "(\S+)" .* has failed: The package is not signed/m.exec(text) ??
    [];
  if (unsigned !== undefined) {
    return new BuildError(`Cannot install "${unsigned}": it is not signed`, {
      hint: 'Get it from a repository whose packages are signed',
    });
  }
  const [, key] =
    /(?:file|https?):\/\/(\S+?\S*?)["']?(?:: | \[|\]|$)/m.exec(
      text.split('\n').find((line) => /curl error \(37\)|GPG key|gpgkey/i.test(line)) ?? '',
    ) ?? [];
  const [, file] = /^cannot open file: .*\[(.*)\]$/m.exec(text) ?? [];
  if (!/GPG|OpenPGP|curl error \(37\)/.test(text) && file === undefined) return undefined;
  const named = file ?? key;
  return new BuildError(
    `Cannot check the signatures of the packages: ${program} cannot use the key${named === undefined ? '' : ` "${named}"`}`,
    { hint: 'Install the key that the gpgkey= of the repository names' },
  );
}
