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

export interface Diversion {
  readonly to: string;
  /** The package that ships the file at the old place; `:` for a local one. */
  readonly by: string;
}

/** dpkg-divert(1)'s database: three lines each, from, to, by whom. */
export function parseDiversions(text: string): ReadonlyMap<string, Diversion> {
  const lines = text.split('\n');
  const diversions = new Map<string, Diversion>();
  for (let at = 0; at + 2 < lines.length; at += 3) {
    const [from, to, by] = lines.slice(at, at + 3);
    if (from !== undefined && to !== undefined && by !== undefined) {
      diversions.set(from.slice(1), { to: to.slice(1), by });
    }
  }
  return diversions;
}

/** Absolute paths, one a line, the first of them "/.", to paths without leading slash. */
export function parseFileList(text: string): readonly string[] {
  return text
    .split('\n')
    .filter((line) => line.startsWith('/') && line !== '/.')
    .map((line) => line.slice(1));
}

export function diverted(
  path: string,
  owner: string,
  diversions: ReadonlyMap<string, Diversion>,
): string {
  const diversion = diversions.get(path);
  return diversion === undefined || diversion.by === owner ? path : diversion.to;
}

function atMergedUsr(path: string, merged: readonly string[]): string {
  return merged.includes(path.split('/')[0] ?? '') && path.includes('/') ? `usr/${path}` : path;
}
