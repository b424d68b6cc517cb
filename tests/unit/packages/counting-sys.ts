import type { AbsolutePath } from '../../../src/model/brands.ts';
import type { Command, RootFiles, Sys } from '../../../src/model/sys.ts';
import { makeSys } from '../../../src/sys/sys.ts';

/** Counts by "FUNCTION PATH" how often files of the host are read, listed or looked for. */
export interface Counted {
  readonly sys: Sys;
  readonly counts: ReadonlyMap<string, number>;
  /** The same for looks at single paths of the host. */
  readonly stats: ReadonlyMap<string, number>;
}

/** The machine, where programs answer what `answer` gives instead of being run. */
export function countingSys(hostRoot: AbsolutePath, answer: (command: Command) => string): Counted {
  const counts = new Map<string, number>();
  const stats = new Map<string, number>();
  const real = makeSys({ searchPath: '/usr/bin:/bin' });
  const counted =
    <T>(name: string, run: (path: string) => T) =>
    (path: string): T => {
      const key = `${name} ${path.replace(/^\/+/, '')}`;
      counts.set(key, (counts.get(key) ?? 0) + 1);
      return run(path);
    };
  const watch = (files: RootFiles): RootFiles => ({
    ...files,
    readText: counted('read', (path) => files.readText(path)),
    readBytes: counted('read', (path) => files.readBytes(path)),
    list: counted('list', (path) => files.list(path)),
    glob: counted('glob', (path) => files.glob(path)),
    stat: (path) => {
      const key = path.replace(/^\/+/, '');
      stats.set(key, (stats.get(key) ?? 0) + 1);
      return files.stat(path);
    },
  });
  const sys: Sys = {
    ...real,
    root: (path) => (path === hostRoot ? watch(real.root(path)) : real.root(path)),
    run: async (command) => ({ exitCode: 0, stdout: answer(command), stderr: '' }),
  };
  return { sys, counts, stats };
}
