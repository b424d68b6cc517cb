import { diverted, parseDiversions, parseFileList } from '../../formats/dpkg-info.ts';
import type { RootFiles } from '../../model/sys.ts';

/** Which package ships which path, from dpkg's file lists: paths as they lie in the root, directories left out. */
export function readOwners(root: RootFiles): ReadonlyMap<string, string> {
  const owners = new Map<string, string>();
  const directories = new Set<string>();
  for (const { name, paths, shipped } of readShipped(root)) {
    for (const path of paths) owners.set(path, name);
    for (const child of [...paths, ...shipped]) {
      directories.add(child.slice(0, child.lastIndexOf('/')));
    }
  }
  for (const directory of directories) owners.delete(directory);
  return owners;
}

interface ShippedPaths {
  /** The package. */
  readonly name: string;
  /** Directories, too, as they lie in the root. */
  readonly paths: readonly string[];
  /** The same as the archive has them: not diverted, and before /usr was merged. */
  readonly shipped: readonly string[];
}

/** dpkg's file lists, one for each package and architecture. */
export function* readShipped(root: RootFiles): Generator<ShippedPaths> {
  const diversions = parseDiversions(root.readText('var/lib/dpkg/diversions') ?? '');
  const merged = ['bin', 'lib', 'lib64', 'sbin'].filter(
    (name) => root.readlink(name) === `usr/${name}`,
  );
  for (const file of root.list('var/lib/dpkg/info')) {
    const [, name] = /^([^:]+)(?::.*)?\.list$/.exec(file) ?? [];
    if (name === undefined) continue;
    const shipped = parseFileList(root.readText(`var/lib/dpkg/info/${file}`) ?? '');
    const paths = shipped.map((path) => atMergedUsr(diverted(path, name, diversions), merged));
    yield { name, paths, shipped };
  }
}

function atMergedUsr(path: string, merged: readonly string[]): string {
  return merged.includes(path.split('/')[0] ?? '') && path.includes('/') ? `usr/${path}` : path;
}
