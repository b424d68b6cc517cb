import { stringifyIni } from '../../formats/ini.ts';
import type { PackageRequest } from '../../model/package-request.ts';
import type { Sys } from '../../model/sys.ts';
import type { RpmFrontEnd } from './front-end.ts';
import { inside, installedRepository, rpmPaths } from './layout.ts';
import { downloadCommand, explainDownload } from './zypper-download.ts';
import { ownRepositories } from './zypper-options.ts';
import { parseZypper, resolveCommand } from './zypper-resolve.ts';

const repositoryFiles = 'etc/zypp/repos.d/*.repo';

/** openSUSE's and SUSE's zypper. */
export const zypperFrontEnd: RpmFrontEnd = {
  program: 'zypper',
  refresh: 'zypper refresh',
  hostCache: { file: 'etc/zypp/zypp.conf', key: 'cachedir', otherwise: 'var/cache/zypp' },
  repositoryFiles,
  configuration: ['etc/zypp', 'etc/products.d'],
  ownCache: 'zypp',
  metadata: ['raw', 'solv'],
  installedMetadata: `cache/raw/${installedRepository}/repodata`,
  reinstall: (name) => `zypper install --force ${name}`,
  configureInstalled,
  // The way to a package inside of its repository is kept in the cache.
  repositoryOf: (path) => /^packages\/([^/]+)\/.+$/.exec(path)?.[1],
  placeFor: (_, repository, below) => `packages/${repository}/${below}`,
  resolveCommand,
  downloadCommand,
  parse: parseZypper,
  pin: (name, { version, architecture }) => `${name}.${architecture}=${version}`,
  explainDownload,
};

// There is no option for a repository without metadata of its own to fetch.
function configureInstalled(sys: Sys, request: PackageRequest): void {
  const host = sys.root(request.hostRoot);
  const state = sys.root(rpmPaths(request).state);
  for (const file of host.glob(repositoryFiles)) {
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
