import type { ManagerName } from '../model/config.ts';
import { BuildError } from '../model/errors.ts';
import type { Manager } from '../model/facts.ts';
import { describeOrigin, type Sourced } from '../model/origin.ts';
import type { Reason } from '../model/reason.ts';
import type { RootFiles } from '../model/sys.ts';

export interface ChosenManager {
  readonly manager: Manager;
  readonly managerFrom: Reason;
}

/**
 * The manager that PackageManager= of the distribution's drop-in, of the administrator's or of a flag names: others may
 * be installed as well. Without a name it is the only one that is installed and has a package database.
 */
export function chooseManager(
  root: RootFiles,
  wanted: Sourced<ManagerName> | undefined,
): ChosenManager {
  if (wanted === undefined) return onlyManager(root);
  const { value, from } = wanted;
  if (programOf(root, value) !== undefined) {
    return { manager: release(root, value), managerFrom: from };
  }
  throw new BuildError(
    `Cannot install packages with ${value} (${describeOrigin(from)}): no "/${signs[value].programs[0]}" in "${root.path}"`,
    { hint: `Install ${value}, or set another PackageManager=` },
  );
}

function onlyManager(root: RootFiles): ChosenManager {
  const found = managers.filter(
    (name) =>
      programOf(root, name) !== undefined &&
      signs[name].databases.some((path) => root.stat(path) !== undefined),
  );
  const [only] = found;
  if (only === undefined) {
    const programs = managers.map((name) => signs[name].programs[0]);
    throw new BuildError(`Cannot find a package manager with its database in "${root.path}"`, {
      hint: `Looked for ${programs.join(', ')}`,
    });
  }
  if (found.length > 1) {
    throw new BuildError(
      `Cannot tell which package manager is that of "${root.path}": ${found.join(' and ')} are installed`,
      { hint: 'Set PackageManager= in a drop-in in /etc/pkginitrd, or use --package-manager' },
    );
  }
  return { manager: release(root, only), managerFrom: { type: 'only manager' } };
}

function programOf(root: RootFiles, name: ManagerName): string | undefined {
  return signs[name].programs.find((path) => root.stat(path) !== undefined);
}

// The distribution says which dnf is its own by what it calls so.
function release(root: RootFiles, name: ManagerName): Manager {
  if (name !== 'dnf') return name;
  const program = programOf(root, 'dnf') ?? '';
  return root.resolve(program).endsWith('/dnf5') ? 'dnf5' : 'dnf4';
}

const rpm = ['usr/lib/sysimage/rpm', 'var/lib/rpm'];

const signs = {
  apt: { programs: ['usr/bin/apt-get'], databases: ['var/lib/dpkg/status'] },
  dnf: { programs: ['usr/bin/dnf', 'usr/bin/dnf5'], databases: rpm },
  zypper: { programs: ['usr/bin/zypper'], databases: rpm },
  pacman: { programs: ['usr/bin/pacman'], databases: ['var/lib/pacman/local'] },
} as const satisfies Record<
  ManagerName,
  { readonly programs: readonly string[]; readonly databases: readonly string[] }
>;

const managers = ['apt', 'dnf', 'zypper', 'pacman'] as const satisfies ManagerName[];
