import { stringifyIni } from '../../formats/ini.ts';
import type { PackageRequest } from '../../model/package-request.ts';
import type { Sys } from '../../model/sys.ts';
import type { RpmConfiguration, RpmFrontEnd } from './front-end.ts';
import { inside, installedRepository, rpmPaths } from './layout.ts';
import { downloadCommand, explainDownload } from './zypper-download.ts';
import { isDone, ownRepositories } from './zypper-options.ts';
import { parseZypper, resolveCommand } from './zypper-resolve.ts';

/** openSUSE's and SUSE's zypper. */
export const zypperFrontEnd: RpmFrontEnd = {
  program: 'zypper',
  refresh: 'zypper refresh',
  mainFile: 'etc/zypp/zypp.conf',
  dropIns: [],
  settings: {
    cache: { key: 'cachedir', otherwise: 'var/cache/zypp' },
    cacheParts: { raw: 'metadatadir', solv: 'solvfilesdir', packages: 'packagesdir' },
    places: ['configdir', 'credentials.global.dir', 'locksfile.path', 'varsdir', 'servicesdir'],
    repositories: { key: 'reposdir', otherwise: ['etc/zypp/repos.d'] },
  },
  brokenRepositoryFile: 'refused',
  configuration: ['etc/zypp', 'usr/etc/zypp', 'etc/products.d'],
  ownCache: 'zypp',
  metadata: ['raw/*', 'solv/*'],
  installedMetadata: `cache/raw/${installedRepository}/repodata`,
  reinstall: (name) => `zypper install --force ${name}`,
  configureInstalled,
  // The way to a package inside of its repository is kept in the cache.
  repositoryOf: (path) => /^packages\/([^/]+)\/.+$/.exec(path)?.[1],
  placeFor: (_, repository, below) => `packages/${repository}/${below}`,
  resolveCommand,
  downloadCommand,
  parse: parseZypper,
  isDone,
  pin: (name, { version, architecture }) => `${name}.${architecture}=${version}`,
  explainDownload,
};

// There is no option for a repository without metadata of its own to fetch.
function configureInstalled(
  sys: Sys,
  request: PackageRequest,
  { repositoryFiles }: RpmConfiguration,
): void {
  const host = sys.root(request.hostRoot);
  const state = sys.root(rpmPaths(request).state);
  for (const file of repositoryFiles) {
    state.copyIn(host.resolve(file), `${ownRepositories}/${file.replace(/^.*\//, '')}`);
  }
  const own = {
    name: installedRepository,
    type: 'rpm-md',
    enabled: '1',
    baseurl: `dir:${inside.state}/installed`,
    autorefresh: '0',
    gpgcheck: '0',
    // Packages that a repository has as well are taken from there.
    priority: '199',
  };
  const text = stringifyIni({ [installedRepository]: own });
  state.write(`${ownRepositories}/${installedRepository}.repo`, text, 0o644);
}
