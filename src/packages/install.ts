import type { AbsolutePath } from '../model/brands.ts';
import type { Manager } from '../model/managers.ts';
import type { PackageRequest } from '../model/package-request.ts';
import type { PackageAnswer, RootTree } from '../model/packages.ts';
import type { Sys } from '../model/sys.ts';
import { aptDriver } from './apt/apt.ts';
import type { PackageDriver } from './driver.ts';
import { pacmanDriver } from './pacman/pacman.ts';
import { dnf4FrontEnd, dnf5FrontEnd } from './rpm/dnf.ts';
import { rpmDriver } from './rpm/rpm.ts';
import { zypperFrontEnd } from './rpm/zypper.ts';
import { timed } from './shared/timed.ts';
import { resolveWishes } from './shared/wishes.ts';

/** Makes a root of the host's packages in the workspace. From `whenFetched` on no cache of the host is used any more. */
export async function installPackages(
  sys: Sys,
  request: PackageRequest,
  whenFetched: () => void = () => {},
): Promise<RootTree> {
  return managers[request.plan.manager].install(sys, request, whenFetched);
}

/** Asks the manager what a request comes to, without the network; fetches and installs nothing. */
export async function resolvePackages(sys: Sys, request: PackageRequest): Promise<PackageAnswer> {
  return managers[request.plan.manager].resolve(sys, request);
}

/** Which of the host's installed packages ships which path, directories left out. */
export async function readHostOwners(
  sys: Sys,
  manager: Manager,
  hostRoot: AbsolutePath,
): Promise<ReadonlyMap<string, string>> {
  return managers[manager].hostOwners(sys, hostRoot);
}

function managerWith<Host>(driver: PackageDriver<Host>) {
  const resolve = async (sys: Sys, request: PackageRequest) => {
    const job = await timed(sys, 'open', async () => driver.open(sys, request));
    return timed(sys, 'resolve', async () => resolveWishes(driver, job));
  };
  return {
    install: async (
      sys: Sys,
      request: PackageRequest,
      whenFetched: () => void,
    ): Promise<RootTree> => {
      const { job, resolution } = await resolve(sys, request);
      const found = await timed(sys, 'take', async () => driver.take(job, resolution));
      const fetched = await timed(sys, 'download', async () =>
        driver.download(job, resolution, found),
      );
      whenFetched();
      return timed(sys, 'install', async () => driver.install(job, fetched));
    },
    resolve: async (sys: Sys, request: PackageRequest): Promise<PackageAnswer> => {
      const { job, resolution } = await resolve(sys, request);
      const { archives, warnings } = resolution;
      return {
        packages: archives.map((archive) => ({ ...archive, size: archive.size ?? 0 })),
        asked: job.request.plan.install,
        relations: await timed(sys, 'relations', async () => driver.relations(job, resolution)),
        warnings,
      };
    },
    hostOwners: async (sys: Sys, hostRoot: AbsolutePath) => driver.hostOwners(sys, hostRoot),
  };
}

const managers = {
  apt: managerWith(aptDriver),
  dnf5: managerWith(rpmDriver(dnf5FrontEnd)),
  dnf4: managerWith(rpmDriver(dnf4FrontEnd)),
  zypper: managerWith(rpmDriver(zypperFrontEnd)),
  pacman: managerWith(pacmanDriver),
} satisfies Readonly<Record<Manager, unknown>>;
