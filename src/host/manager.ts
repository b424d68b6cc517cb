import { BuildError } from '../model/errors.ts';
import { managers, type Manager, type ManagerName } from '../model/managers.ts';
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
  for (const row of managers) {
    const manager = row.name === value ? installed(root, row) : undefined;
    if (manager !== undefined) return { manager, managerFrom: from };
  }
  const program = managers.find(({ name }) => name === value)?.programs[0] ?? value;
  throw new BuildError(
    `Cannot install packages with ${value} (${describeOrigin(from)}): no "/${program}" in "${root.path}"`,
    { hint: `Install ${value}, or set another PackageManager=` },
  );
}

/** A captured host has a manager's program and no packages: nothing can be resolved by it. */
export function hasPackages(root: RootFiles, manager: Manager): boolean {
  const row = managers.find(({ releases }) => releases.some((one) => one.manager === manager));
  return (row?.databases ?? []).some((path) => {
    const found = root.stat(path);
    return found?.type === 'directory' ? root.list(path).length > 0 : (found?.size ?? 0) > 0;
  });
}

function onlyManager(root: RootFiles): ChosenManager {
  const found = managers.flatMap((row) => {
    const manager = installed(root, row);
    const isUsed = row.databases.some((path) => root.stat(path) !== undefined);
    return manager === undefined || !isUsed ? [] : [{ name: row.name, manager }];
  });
  const [only] = found;
  if (only === undefined) {
    const programs = managers.map((row) => row.programs[0]);
    throw new BuildError(`Cannot find a package manager with its database in "${root.path}"`, {
      hint: `Looked for ${programs.join(', ')}`,
    });
  }
  if (found.length > 1) {
    const names = found.map(({ name }) => name);
    throw new BuildError(
      `Cannot tell which package manager is that of "${root.path}": ${names.join(' and ')} are installed`,
      { hint: 'Set PackageManager= in a drop-in in /etc/pkginitrd, or use --package-manager' },
    );
  }
  return { manager: only.manager, managerFrom: { type: 'only manager' } };
}

/** The release that the host has of a manager; undefined where it is not installed. */
function installed(
  root: RootFiles,
  { programs, releases }: (typeof managers)[number],
): Manager | undefined {
  const path = programs.find((each) => root.stat(each) !== undefined);
  if (path === undefined) return undefined;
  const real = root.resolve(path);
  return releases.find(({ program }) => program === null || real.endsWith(`/${program}`))?.manager;
}
