import type { Base } from '../model/base.ts';
import type { Entry } from '../model/image.ts';
import type { RootFiles } from '../model/sys.ts';
import { arrange, treeEntries } from './members.ts';

/** The whole root as a member. */
export function baseEntries(root: RootFiles, mtime: number): readonly Entry[] {
  const from = 'the packages';
  const entries = [...treeEntries(root.path, root.walk('/'))];
  return arrange(
    entries.map((entry) => ({ entry, from })),
    mtime,
  );
}

/** Facts about a root that later members have to agree with. */
export function describeBase(
  root: RootFiles,
  entries: readonly Entry[],
): Pick<Base, 'directories' | 'shadow'> {
  const directories = entries.filter(({ type }) => type === 'directory');
  return {
    directories: new Map(directories.map(({ path, mode, uid, gid }) => [path, { mode, uid, gid }])),
    shadow: shadowOf(root),
  };
}

function shadowOf(root: RootFiles): Base['shadow'] {
  const stat = root.stat('etc/shadow');
  const text = root.readText('etc/shadow');
  if (stat === undefined || text === undefined) return undefined;
  const { mode, uid, gid } = stat;
  return { text, mode, uid, gid };
}
