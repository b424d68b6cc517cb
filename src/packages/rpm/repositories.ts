import { parseIni, type Ini, type IniSection } from '../../formats/ini.ts';
import { BuildError } from '../../model/errors.ts';
import type { RootFiles } from '../../model/sys.ts';
import { excludesOf } from './excludes.ts';
import { localPaths, namedIn } from './named-paths.ts';
import type { CacheDirectory, RpmConfiguration, RpmFrontEnd } from './front-end.ts';

/** Reads what the host's configuration says of places, repositories and hidden packages. */
export function readConfiguration(
  files: RootFiles,
  frontEnd: Pick<RpmFrontEnd, 'mainFile' | 'dropIns' | 'settings' | 'brokenRepositoryFile'>,
): RpmConfiguration {
  const { mainFile, dropIns, settings } = frontEnd;
  const mains = [...dropInFiles(files, dropIns), mainFile].map((file) => ({
    file,
    main: parseIni(files.readText(file) ?? '', `/${file}`).get('main') ?? new Map(),
  }));
  const main: IniSection = new Map(mains.flatMap((one) => [...one.main]));
  const moved = pathsIn(main.get(settings.repositories.key)?.text ?? '');
  const directories = moved.length === 0 ? settings.repositories.otherwise : moved;
  const repositoryFiles = directories.flatMap((directory) => files.glob(`${directory}/*.repo`));
  const warnings: string[] = [];
  const repositories = repositoryFiles.flatMap((file) =>
    [...readRepositories(files, file, frontEnd, warnings)].map(([id, section]) => ({
      ...{ file, id, section },
    })),
  );
  return {
    ...{ repositoryFiles, warnings },
    caches: cachesOf(main, settings),
    sources: [
      ...[mainFile, ...dropIns, ...directories],
      ...settings.places.flatMap((key) => pathsIn(main.get(key)?.text ?? '')),
      ...repositories
        .flatMap(({ section }) => localPaths(section.get('gpgkey')?.text ?? ''))
        .flatMap((pattern) => [pattern, ...files.glob(pattern)]),
    ],
    excludes: [
      ...mains.flatMap((one) => excludesOf(one.main, one.file, undefined)),
      ...repositories.flatMap(({ file, id, section }) => excludesOf(section, file, id)),
    ],
    localRepositories: new Map(
      repositories
        .map(({ id, section }) => [id, localPaths(section.get('baseurl')?.text ?? '')] as const)
        .filter(([, paths]) => paths.length > 0),
    ),
    named: namedIn(files, [main, ...repositories.map(({ section }) => section)]),
  };
}

// By name, a later directory's in the place of an earlier one's.
function dropInFiles(files: RootFiles, directories: readonly string[]): readonly string[] {
  const found = new Map(
    directories
      .flatMap((directory) => files.glob(`${directory}/*.conf`))
      .map((path) => [path.replace(/^.*\//, ''), path]),
  );
  return [...found].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, path]) => path);
}

function readRepositories(
  files: RootFiles,
  file: string,
  { brokenRepositoryFile }: Pick<RpmFrontEnd, 'brokenRepositoryFile'>,
  warnings: string[],
): Ini {
  try {
    return parseIni(files.readText(file) ?? '', `/${file}`);
  } catch (error) {
    if (!(error instanceof BuildError) || brokenRepositoryFile === 'refused') throw error;
    warnings.push(`${error.message}: going on without its repositories`);
    return new Map();
  }
}

function cachesOf(main: IniSection, { cache, cacheParts }: RpmFrontEnd['settings']) {
  const placeOf = (key: string): string | undefined => pathsIn(main.get(key)?.text ?? '')[0];
  return [
    { directory: placeOf(cache.key) ?? cache.otherwise, prefix: '' },
    ...Object.entries(cacheParts).flatMap(([part, key]): readonly CacheDirectory[] => {
      const directory = placeOf(key);
      return directory === undefined ? [] : [{ directory, prefix: `${part}/` }];
    }),
  ];
}

/** Absolute paths without the slashes around them. */
function pathsIn(text: string): readonly string[] {
  return text
    .split(/[\s,]+/)
    .filter((word) => word.startsWith('/'))
    .map((word) => word.replaceAll(/^\/+|\/+$/g, ''));
}
