import type { AbsolutePath } from '../model/brands.ts';
import type { Manager } from '../model/managers.ts';
import type { RootTree } from '../model/packages.ts';
import type { Sys } from '../model/sys.ts';
import { aptDriver } from './apt/apt.ts';
import { dnf4Driver, dnf5Driver } from './rpm/dnf.ts';
import type { PackageDriver, PackageRequest } from './driver.ts';
import { pacmanDriver } from './pacman/pacman.ts';
import { zypperDriver } from './rpm/zypper.ts';

/** Makes a root of the host's packages in the workspace. */
export async function installPackages(sys: Sys, request: PackageRequest): Promise<RootTree> {
  const driver = drivers[request.plan.manager];
  const resolution = await driver.resolve(sys, request);
  const fetched = await driver.fetch(sys, request, resolution);
  return driver.install(sys, request, fetched);
}

/** Which of the host's installed packages ships which path, directories left out. */
export async function readHostOwners(
  sys: Sys,
  manager: Manager,
  hostRoot: AbsolutePath,
): Promise<ReadonlyMap<string, string>> {
  return drivers[manager].hostOwners(sys, hostRoot);
}

const drivers: Readonly<Record<Manager, PackageDriver>> = {
  apt: aptDriver,
  dnf5: dnf5Driver,
  dnf4: dnf4Driver,
  zypper: zypperDriver,
  pacman: pacmanDriver,
};
