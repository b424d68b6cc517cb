interface ManagerRow {
  /** As PackageManager= calls it. */
  readonly name: string;
  /** From the host's root; one of them is there where the manager is installed. */
  readonly programs: readonly string[];
  /** From the host's root; one of them is there where it has installed packages. */
  readonly databases: readonly string[];
  /** Releases with a driver each: the first whose `program` the manager's program is a link to, or that names none. */
  readonly releases: readonly { readonly manager: string; readonly program: string | null }[];
}

const rpmDatabases = ['usr/lib/sysimage/rpm', 'var/lib/rpm'] as const;

/**
 * The one list of package managers. A new one is a row here, a folder with its driver in packages/, a drop-in that
 * names it, and tests/packages/NAME.
 */
export const managers = [
  {
    name: 'apt',
    programs: ['usr/bin/apt-get'],
    databases: ['var/lib/dpkg/status'],
    releases: [{ manager: 'apt', program: null }],
  },
  {
    name: 'dnf',
    programs: ['usr/bin/dnf', 'usr/bin/dnf5'],
    databases: rpmDatabases,
    // The distribution says which dnf is its own by what it calls so.
    releases: [
      { manager: 'dnf5', program: 'dnf5' },
      { manager: 'dnf4', program: null },
    ],
  },
  {
    name: 'zypper',
    programs: ['usr/bin/zypper'],
    databases: rpmDatabases,
    releases: [{ manager: 'zypper', program: null }],
  },
  {
    name: 'pacman',
    programs: ['usr/bin/pacman'],
    databases: ['var/lib/pacman/local'],
    releases: [{ manager: 'pacman', program: null }],
  },
] as const satisfies readonly ManagerRow[];

/** `dnf` is dnf 4 or 5, whichever the host has. */
export type ManagerName = (typeof managers)[number]['name'];

/** A manager whose release is known: each has a driver. */
export type Manager = (typeof managers)[number]['releases'][number]['manager'];

export const managerNames: readonly ManagerName[] = managers.map(({ name }) => name);
