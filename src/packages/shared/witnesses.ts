import type { RootFiles } from '../../model/sys.ts';

/**
 * What a host has of `paths`: each directory with all that lies below it, since a file that is added changes nothing but
 * the directory's time. Paths without leading slash, sorted.
 */
export function existingBelow(host: RootFiles, paths: readonly string[]): readonly string[] {
  const found = paths.flatMap((given) => {
    const path = given.replace(/^\/+/, '');
    const type = host.stat(path)?.type;
    if (type === undefined) return [];
    return type === 'directory'
      ? [path, ...[...host.walk(path)].map((entry) => entry.path)]
      : [path];
  });
  return [...new Set(found)].sort();
}
