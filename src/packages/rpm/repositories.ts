import { parseIni } from '../../formats/ini.ts';
import type { RootFiles } from '../../model/sys.ts';
import type { RpmConfiguration, RpmFrontEnd } from './front-end.ts';

export function readConfiguration(
  files: RootFiles,
  { hostCache, repositoryFiles }: Pick<RpmFrontEnd, 'hostCache' | 'repositoryFiles'>,
): RpmConfiguration {
  const main = parseIni(files.readText(hostCache.file) ?? '').get('main');
  const moved = main?.get(hostCache.key);
  return {
    cacheDirectory:
      moved?.startsWith('/') === true ? moved.replaceAll(/^\/+|\/+$/g, '') : hostCache.otherwise,
    localRepositories: new Map(
      files
        .glob(repositoryFiles)
        .flatMap((file) => [...parseIni(files.readText(file) ?? '')])
        .map(([id, section]) => [id, localPaths(section.get('baseurl') ?? '')] as const)
        .filter(([, paths]) => paths.length > 0),
    ),
  };
}

function localPaths(urls: string): readonly string[] {
  return urls.split(/[\s,]+/).flatMap((url) => {
    const [, path] = /^(?:file|dir):(?:\/\/)?\/([^?]*)/.exec(url) ?? [];
    return path === undefined ? [] : [path.replace(/\/+$/, '').replaceAll(/\$\{?\w+\}?/g, '*')];
  });
}
