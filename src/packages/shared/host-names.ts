import type { FileStat, RootFiles } from '../../model/sys.ts';

/** The owner of a file as a package would have it. */
export interface PackagedOwner {
  readonly uid: number;
  readonly gid: number;
  readonly owner: string;
  readonly group: string;
  readonly mode: number;
}

/**
 * Turns the owner of an installed file into the one it had in its package. Packages can name only users whose numbers
 * are the same everywhere; all others got the file from a script, which will run again and give it to its own user.
 */
export function packagedOwners(host: RootFiles): (stat: FileStat) => PackagedOwner {
  const users = namesById(host.readText('etc/passwd') ?? '');
  const groups = namesById(host.readText('etc/group') ?? '');
  return ({ uid, gid, mode }) => {
    const [owner, group] = [isStatic(uid) ? uid : 0, isStatic(gid) ? gid : 0];
    const isSame = owner === uid && group === gid;
    return {
      uid: owner,
      gid: group,
      owner: users.get(owner) ?? '',
      group: groups.get(group) ?? '',
      mode: isSame ? mode : mode & 0o1777,
    };
  };
}

// Debian policy 9.2.2; below 100 in Arch Linux and Fedora, too.
export function isStatic(id: number): boolean {
  return id < 100 || id === 65534;
}

/** NAME:x:ID lines. */
function namesById(text: string): ReadonlyMap<number, string> {
  return new Map(
    text.split('\n').flatMap((line) => {
      const [name, , id] = line.split(':');
      return name === undefined || id === undefined || id === '' ? [] : [[Number(id), name]];
    }),
  );
}
