import { diverted, parseDiversions, parseFileList } from '../../formats/dpkg-info.ts';
import type { RootFiles } from '../../model/sys.ts';

/** Which package ships which path, from dpkg's file lists: paths as they lie in the root, directories left out. */
export function readOwners(root: RootFiles): ReadonlyMap<string, string> {
  const diversions = parseDiversions(root.readText('var/lib/dpkg/diversions') ?? '');
  const merged = ['bin', 'lib', 'lib64', 'sbin'].filter(
    (name) => root.readlink(name) === `usr/${name}`,
  );
  const owners = new Map<string, string>();
  const directories = new Set<string>();
  for (const file of root.list('var/lib/dpkg/info')) {
    const [, name] = /^([^:]+)(?::.*)?\.list$/.exec(file) ?? [];
    if (name === undefined) continue;
    for (const shipped of parseFileList(root.readText(`var/lib/dpkg/info/${file}`) ?? '')) {
      const path = atMergedUsr(diverted(shipped, name, diversions), merged);
      owners.set(path, name);
      for (const child of [path, shipped]) directories.add(child.slice(0, child.lastIndexOf('/')));
    }
  }
  for (const directory of directories) owners.delete(directory);
  return owners;
}

function atMergedUsr(path: string, merged: readonly string[]): string {
  return merged.includes(path.split('/')[0] ?? '') && path.includes('/') ? `usr/${path}` : path;
}
