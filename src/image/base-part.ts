import { byPath } from '../formats/usr-alias.ts';
import type { Base, OwnerRun } from '../model/base.ts';
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
  owners: Base['owners'],
): Pick<Base, 'directories' | 'ownersInOrder' | 'shadow'> {
  const directories = entries.filter(({ type }) => type === 'directory');
  return {
    directories: new Map(directories.map(({ path, mode, uid, gid }) => [path, { mode, uid, gid }])),
    ownersInOrder: ownerRuns(entries, owners),
    shadow: shadowOf(root),
  };
}

// A few kilobytes before compression, where the paths with their owners would take a hundred.
function ownerRuns(entries: readonly Entry[], owners: Base['owners']): readonly OwnerRun[] {
  const runs: OwnerRun[] = [];
  for (const { path, type } of entries) {
    const owner = type === 'directory' ? null : (byPath(owners, path) ?? null);
    const last = runs.at(-1);
    if (last !== undefined && (last[0] === owner || type === 'directory')) {
      runs[runs.length - 1] = [last[0], last[1] + 1];
    } else runs.push([owner, 1]);
  }
  return runs;
}

function shadowOf(root: RootFiles): Base['shadow'] {
  const stat = root.stat('etc/shadow');
  const text = root.readText('etc/shadow');
  if (stat === undefined || text === undefined) return undefined;
  const { mode, uid, gid } = stat;
  return { text, mode, uid, gid };
}
