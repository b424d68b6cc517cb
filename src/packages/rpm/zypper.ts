import { stringifyIni } from '../../formats/ini.ts';
import { BuildError } from '../../model/errors.ts';
import type { Ran, Sys } from '../../model/sys.ts';
import { escapePattern } from './cache.ts';
import type { RpmFrontEnd } from './front-end.ts';
import type { PackageRequest } from '../driver.ts';
import { installedRepository } from './index.ts';
import { inside, rpmPaths } from './layout.ts';
import { rpmDriver } from './rpm.ts';
import { downloadCommand, ownRepositories, resolveCommand } from './zypper-commands.ts';
import { parseZypper } from './zypper-output.ts';

const repositoryFiles = 'etc/zypp/repos.d/*.repo';

const frontEnd: RpmFrontEnd = {
  program: 'zypper',
  refresh: 'zypper refresh',
  hostCache: { file: 'etc/zypp/zypp.conf', key: 'cachedir', otherwise: 'var/cache/zypp' },
  repositoryFiles,
  ownCache: 'zypp',
  metadata: ['raw', 'solv'],
  installedMetadata: `cache/raw/${installedRepository}/repodata`,
  configureInstalled,
  // The way to a package inside of its repository is kept in the cache.
  archivePattern: ({ repository, file }) =>
    `packages/${repository === undefined ? '*' : escapePattern(repository)}/**/${escapePattern(file)}`,
  placeFor: (_, repository, below) => `packages/${repository}/${below}`,
  resolveCommand,
  downloadCommand,
  parse: parseZypper,
  pin: (name, { version, architecture }) => `${name}.${architecture}=${version}`,
  explainDownload: explain,
};

/** openSUSE's and SUSE's zypper. */
export const zypperDriver = rpmDriver(frontEnd);

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
    // What a repository has as well is taken from there.
    priority: '199',
  };
  const text = stringifyIni({ [installedRepository]: own });
  state.write(`${ownRepositories}/${installedRepository}.repo`, text, 0o644);
}

function explain(ran: Ran): BuildError | undefined {
  const text = `${ran.stdout}\n${ran.stderr}`;
  const [, file] = /^(?:Package|File) (\S+)[^\n]*Signature verification failed/ms.exec(text) ?? [];
  if (!/Signature verification failed/.test(text)) return undefined;
  return new BuildError(
    `Cannot check the signature of ${file === undefined ? 'a package' : `"${file}"`}: no key that the host trusts has made it`,
    { hint: 'Import the key of the repository: "rpm --import FILE"' },
  );
}
