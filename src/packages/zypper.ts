import { BuildError } from '../model/errors.ts';
import type { Ran } from '../model/sys.ts';
import { escapePattern } from './rpm-cache.ts';
import type { RpmFrontEnd } from './rpm-front-end.ts';
import { rpmDriver } from './rpm.ts';
import { downloadCommand, resolveCommand } from './zypper-commands.ts';
import { parseZypper } from './zypper-output.ts';

const frontEnd: RpmFrontEnd = {
  program: 'zypper',
  refresh: 'zypper refresh',
  hostCache: { file: 'etc/zypp/zypp.conf', key: 'cachedir', otherwise: 'var/cache/zypp' },
  repositoryFiles: 'etc/zypp/repos.d/*.repo',
  ownCache: 'zypp',
  metadata: ['raw', 'solv'],
  // The way to a package inside of its repository is kept in the cache.
  archivePattern: ({ repository, file }) =>
    `packages/${escapePattern(repository)}/**/${escapePattern(file)}`,
  placeFor: (_, repository, below) => `packages/${repository}/${below}`,
  resolveCommand,
  downloadCommand,
  parse: parseZypper,
  pin: (name, { version, architecture }) => `${name}.${architecture}=${version}`,
  explainDownload: explain,
};

/** openSUSE's and SUSE's zypper. */
export const zypperDriver = rpmDriver(frontEnd);

function explain(ran: Ran): BuildError | undefined {
  const text = `${ran.stdout}\n${ran.stderr}`;
  const [, file] = /^(?:Package|File) (\S+)[^\n]*Signature verification failed/ms.exec(text) ?? [];
  if (!/Signature verification failed/.test(text)) return undefined;
  return new BuildError(
    `Cannot check the signature of ${file === undefined ? 'a package' : `"${file}"`}: no key that the host trusts has made it`,
    { hint: 'Import the key of the repository: "rpm --import FILE"' },
  );
}
