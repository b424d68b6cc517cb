import { BuildError } from '../model/errors.ts';
import type { Manager } from '../model/facts.ts';
import type { RootFiles } from '../model/sys.ts';

/** A manager is the host's when its program and its package database are both there. */
const signs = [
  { manager: 'apt', program: 'usr/bin/apt-get', database: ['var/lib/dpkg/status'] },
  { manager: 'pacman', program: 'usr/bin/pacman', database: ['var/lib/pacman/local'] },
  {
    manager: 'zypper',
    program: 'usr/bin/zypper',
    database: ['usr/lib/sysimage/rpm', 'var/lib/rpm'],
  },
  { manager: 'dnf5', program: 'usr/bin/dnf5', database: ['usr/lib/sysimage/rpm', 'var/lib/rpm'] },
  { manager: 'dnf4', program: 'usr/bin/dnf', database: ['usr/lib/sysimage/rpm', 'var/lib/rpm'] },
] as const satisfies readonly {
  readonly manager: Manager;
  readonly program: string;
  readonly database: readonly string[];
}[];

export function detectManager(root: RootFiles): Manager {
  const found = signs.find(
    ({ program, database }) =>
      root.stat(program) !== undefined && database.some((path) => root.stat(path) !== undefined),
  );
  if (found !== undefined) return found.manager;
  throw new BuildError(`Cannot find a package manager with its database in "${root.path}"`, {
    hint: `Looked for ${signs.map(({ program }) => program).join(', ')}`,
  });
}
