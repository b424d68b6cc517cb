import { parseControl } from '../../formats/deb-control.ts';
import { BuildError } from '../../model/errors.ts';
import type { RootFiles } from '../../model/sys.ts';

/** What the host has installed, from dpkg's status file. */
export interface DpkgHost {
  /** Debian's name of the host's own architecture: amd64. */
  readonly architecture: string;
  /** Installed packages of that architecture and of `all`. */
  readonly packages: ReadonlyMap<string, HostPackage>;
}

export interface HostPackage {
  readonly version: string;
  readonly architecture: string;
}

export function readDpkgHost(host: RootFiles): DpkgHost {
  const text = host.readText(statusFile);
  const installed = text === undefined ? [] : [...installedPackages(text)];
  const architecture = installed.find(({ name }) => name === 'dpkg')?.architecture;
  if (architecture === undefined) {
    throw new BuildError(
      `Cannot use the packages of "${host.path}": dpkg is not installed there according to "/${statusFile}"`,
    );
  }
  const ours = installed.filter((one) => [architecture, 'all'].includes(one.architecture));
  return { architecture, packages: new Map(ours.map(({ name, ...rest }) => [name, rest])) };
}

const statusFile = 'var/lib/dpkg/status';
const fields: ReadonlySet<string> = new Set(['package', 'status', 'version', 'architecture']);

function* installedPackages(text: string): Generator<HostPackage & { readonly name: string }> {
  for (const stanza of parseControl(text, fields)) {
    // The third word is the state; a package that is to be removed later is installed until then.
    if (stanza.get('status')?.split(' ')[2] !== 'installed') continue;
    const [name, version, architecture] = ['package', 'version', 'architecture'].map((field) =>
      stanza.get(field),
    );
    if (name === undefined || version === undefined || architecture === undefined) continue;
    yield { name, version, architecture };
  }
}
