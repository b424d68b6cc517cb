import { createHash } from 'node:crypto';
import { dnf4, dnf5, installedUrl, type DnfDialect } from './dnf-dialect.ts';
import { downloadCommand, explainDownload } from './dnf-download.ts';
import { parseDnf, resolveCommand } from './dnf-resolve.ts';
import type { RpmFrontEnd } from './front-end.ts';
import { installedRepository } from './layout.ts';

/** Fedora's dnf up to release 40, and that of RHEL and its like up to 10. */
export const dnf4FrontEnd = frontEndFor(dnf4);
export const dnf5FrontEnd = frontEndFor(dnf5);

function frontEndFor(dialect: DnfDialect): RpmFrontEnd {
  const { program, cache, cacheKey, dropIns, repositoryDirectories } = dialect;
  return {
    program,
    refresh: `${program} makecache`,
    mainFile: 'etc/dnf/dnf.conf',
    dropIns,
    settings: {
      cache: { key: cacheKey, otherwise: `var/cache/${cache}` },
      cacheParts: {},
      places: ['varsdir', 'pluginconfpath'],
      repositories: { key: 'reposdir', otherwise: repositoryDirectories },
    },
    brokenRepositoryFile: program === 'dnf' ? 'passed over' : 'refused',
    configuration: ['etc/dnf', 'etc/yum', 'usr/share/dnf5'],
    ownCache: cache,
    // libdnf5 keeps solv files inside of the repository's directory, dnf 4 beside it.
    metadata: [
      ...['*-*/repodata', '*-*/solv', '*-*/metalink.xml', '*-*/mirrorlist'],
      ...['*.solv', '*.solvx'],
    ],
    installedMetadata: `cache/${installedRepository}-${hashOf(installedUrl)}/repodata`,
    reinstall: (name) => `${program} reinstall ${name}`,
    configureInstalled: () => {},
    repositoryOf: (path) => /^(.+)-[0-9a-f]{16}\/packages\/[^/]+$/.exec(path)?.[1],
    placeFor: (cached, repository, below) => {
      const directory = cached.find(
        (name) => name.startsWith(`${repository}-`) && isHash(name.slice(repository.length + 1)),
      );
      return directory && `${directory}/packages/${below.replace(/^.*\//, '')}`;
    },
    resolveCommand: (request, wanted, question) =>
      resolveCommand(dialect, request, wanted, question),
    downloadCommand: (request, wanted, network) =>
      downloadCommand(dialect, request, wanted, network),
    parse: parseDnf,
    isDone: ({ exitCode }) => exitCode === 0,
    pin: (name, { version, architecture }) => `${name}-${version}.${architecture}`,
    explainDownload: (ran) => explainDownload(dialect, ran),
  };
}

/** The hash of a repository's URL, as its directory in the cache has it. */
function hashOf(url: string): string {
  return createHash('sha256').update(url).digest('hex').slice(0, 16);
}

function isHash(text: string): boolean {
  return /^[0-9a-f]{16}$/.test(text);
}
