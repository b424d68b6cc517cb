import type { HostFile } from '../model/facts.ts';

// modprobe.d(5), modules-load.d(5), sysctl.d(5): the first of these directories has the file of a name.
const directories = ['/etc', '/run', '/usr/local/lib', '/usr/lib'];

/**
 * Those of `files` that count in a directory of drop-ins such as `modprobe.d`, in the order in which they are read: by their
 * names, one of each, and none where a link to /dev/null masks it.
 */
export function effectiveFiles(files: readonly HostFile[], name: string): readonly HostFile[] {
  const chosen = new Map<string, HostFile>();
  for (const directory of directories) {
    const prefix = `${directory}/${name}/`;
    for (const file of files) {
      const base = file.path.slice(prefix.length);
      if (!file.path.startsWith(prefix) || !/^[^/]+\.conf$/.test(base)) continue;
      if (!chosen.has(base)) chosen.set(base, file);
    }
  }
  return [...chosen]
    .filter(([, file]) => file.isMask !== true)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, file]) => file);
}
