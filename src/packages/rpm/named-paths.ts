import type { IniSection } from '../../formats/ini.ts';
import type { RootFiles } from '../../model/sys.ts';

/** Files and directories of the host that settings name, for the manager to see. */
export function namedIn(files: RootFiles, sections: readonly IniSection[]): readonly string[] {
  const values = sections.flatMap((section) => namingKeys.map((key) => section.get(key)?.text));
  return values
    .flatMap((value) => namedPaths(value ?? ''))
    .flatMap((path) => (/[*?[\]]/.test(path) ? files.glob(path) : [path]));
}

// dnf.conf(5), dnf5.conf(5), zypp.conf and files of repositories: what the manager reads, not where it writes.
const namingKeys = [
  ...['baseurl', 'mirrorlist', 'metalink', 'gpgkey', 'include'],
  ...['sslcacert', 'sslclientcert', 'sslclientkey'],
  ...['proxy_sslcacert', 'proxy_sslclientcert', 'proxy_sslclientkey'],
  ...['varsdir', 'pluginpath', 'pluginconfpath'],
  ...['servicesdir', 'vendordir', 'credentials.global.dir', 'locksfile.path'],
];

/** Paths, and those of URLs that name this disk. */
function namedPaths(value: string): readonly string[] {
  const plain = value.split(/[\s,]+/).filter((word) => word.startsWith('/'));
  return [...plain.map((path) => path.slice(1)), ...localPaths(value)].filter(
    (path) => path !== '',
  );
}

/** Directories of `file:` and `dir:` URLs, without leading slash. Variables such as $basearch match any name. */
export function localPaths(urls: string): readonly string[] {
  return urls.split(/[\s,]+/).flatMap((url) => {
    const [, path] = /^(?:file|dir):(?:\/\/)?\/([^?]*)/.exec(url) ?? [];
    return path === undefined ? [] : [path.replace(/\/+$/, '').replaceAll(/\$\{?\w+\}?/g, '*')];
  });
}
