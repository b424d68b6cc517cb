// Patterns of HostFiles=: a file, a directory with all below it, or a shell pattern whose `*` stops at a slash.
import { fnmatch } from './fnmatch.ts';

/** True where a pattern, its leading `-` taken away, names the path itself or a directory above it. */
export function matchesHostPath(pattern: string, path: string): boolean {
  const parts = split(path);
  const wanted = split(pattern.replace(/^-/, ''));
  return (
    wanted.length > 0 &&
    wanted.every((part, index) => parts[index] !== undefined && fnmatch(part, parts[index]))
  );
}

function split(path: string): readonly string[] {
  return path.split('/').filter((part) => part !== '');
}
