import { parseIni } from '../../formats/ini.ts';
import type { RootFiles } from '../../model/sys.ts';

/**
 * Where repositories of `file:` lie on the host, by their ids, as shell patterns without leading slash: no manager
 * copies their packages into its cache. Variables such as $basearch match any name.
 */
export function localRepositories(
  host: RootFiles,
  files: string,
): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, readonly string[]>();
  for (const file of host.glob(files)) {
    for (const [id, section] of parseIni(host.readText(file) ?? '')) {
      const urls = (section.get('baseurl') ?? '').split(/[\s,]+/);
      const paths = urls.flatMap((url) => {
        const [, path] = /^(?:file|dir):(?:\/\/)?\/([^?]*)/.exec(url) ?? [];
        return path === undefined ? [] : [path.replace(/\/+$/, '').replaceAll(/\$\{?\w+\}?/g, '*')];
      });
      if (paths.length > 0) found.set(id, paths);
    }
  }
  return found;
}

/** A directory that the host's configuration may have moved, without leading slash. */
export function configuredDirectory(
  host: RootFiles,
  {
    file,
    key,
    otherwise,
  }: { readonly file: string; readonly key: string; readonly otherwise: string },
): string {
  const value = parseIni(host.readText(file) ?? '')
    .get('main')
    ?.get(key);
  return value?.startsWith('/') === true ? value.replaceAll(/^\/+|\/+$/g, '') : otherwise;
}
