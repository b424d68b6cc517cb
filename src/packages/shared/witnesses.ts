import type { RootFiles } from '../../model/sys.ts';

/**
 * The files of `paths` that a host has: each directory with all that lies below it, since a new file changes nothing but
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
