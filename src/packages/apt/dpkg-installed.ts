import type { Stanza } from '../../formats/deb-control.ts';
import {
  diverted,
  parseConffiles,
  parseDigests,
  parseDiversions,
  parseFileList,
  parseStatOverrides,
  type Diversion,
} from '../../formats/dpkg-info.ts';
import type { RootFiles } from '../../model/sys.ts';
import { keyOf, readStatus, type DpkgStatus, type UnfinishedState } from './dpkg-status.ts';

/** dpkg's records of a host's packages, read once. */
export interface DpkgDatabase extends DpkgStatus {
  readonly host: RootFiles;
  readonly diversions: ReadonlyMap<string, Diversion>;
  /** Paths whose owner and mode the administrator has set: dpkg does not know any more what the packages had. */
  readonly overridden: ReadonlySet<string>;
}

/** One package as it is installed: what its archive held, by dpkg's records. */
export interface InstalledPackage {
  /** The archive's control fields. */
  readonly control: Stanza;
  /** Paths without leading slash as the archive had them, and where the file lies after a diversion. */
  readonly files: readonly { readonly path: string; readonly at: string }[];
  /** MD5 by path. */
  readonly digests: ReadonlyMap<string, string>;
  /** MD5 of the packaged default by path. */
  readonly conffiles: ReadonlyMap<string, string>;
  /** The other members of the control archive: scripts, triggers. */
  readonly members: readonly {
    readonly name: string;
    readonly bytes: Buffer;
    readonly mode: number;
  }[];
}

export function readDatabase(host: RootFiles): DpkgDatabase {
  return {
    ...readStatus(host),
    host,
    diversions: parseDiversions(host.readText('var/lib/dpkg/diversions') ?? ''),
    overridden: parseStatOverrides(host.readText('var/lib/dpkg/statoverride') ?? ''),
  };
}

/** The state of a package that dpkg has not finished, and whose files are not those of an archive therefore. */
export function unfinishedState(
  { unfinished }: DpkgDatabase,
  { name, architecture }: Wanted,
): UnfinishedState | undefined {
  return unfinished.get(keyOf(name, architecture));
}

interface Wanted {
  readonly name: string;
  readonly version: string;
  readonly architecture: string;
}

/** undefined where the package is not installed in this version. */
export function readInstalled(
  { host, stanzas, diversions }: DpkgDatabase,
  wanted: Wanted,
): InstalledPackage | undefined {
  const { name, version, architecture } = wanted;
  const stanza = stanzas.get(keyOf(name, architecture));
  if (stanza === undefined || stanza.get('version') !== version) return undefined;
  // Packages of several architectures at once have their architecture in the name.
  const prefix = [`${name}:${architecture}`, name].find(
    (prefix) => host.lstat(`${info}/${prefix}.list`) !== undefined,
  );
  if (prefix === undefined) return undefined;
  const read = (member: string) => host.readText(`${info}/${prefix}.${member}`) ?? '';
  return {
    control: controlOf(stanza),
    files: parseFileList(read('list')).map((path) => ({
      path,
      at: diverted(path, name, diversions),
    })),
    digests: parseDigests(read('md5sums')),
    conffiles: parseConffiles(stanza.get('conffiles') ?? ''),
    members: memberNames.flatMap((member) => {
      const path = `${info}/${prefix}.${member}`;
      const [bytes, mode] = [host.readBytes(path), host.stat(path)?.mode];
      return bytes === undefined || mode === undefined ? [] : [{ name: member, bytes, mode }];
    }),
  };
}

/** Without what dpkg adds when it installs a package. */
export function controlOf(stanza: Stanza): Stanza {
  return new Map([...stanza].filter(([field]) => !ofTheStatus.has(field)));
}

const info = 'var/lib/dpkg/info';

const ofTheStatus: ReadonlySet<string> = new Set([
  'status',
  'conffiles',
  'config-version',
  'triggers-pending',
  'triggers-awaited',
]);

// deb(5); conffiles is written anew.
const memberNames = [
  ...['config', 'md5sums', 'postinst', 'postrm', 'preinst', 'prerm'],
  ...['shlibs', 'symbols', 'templates', 'triggers'],
];
