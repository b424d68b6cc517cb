import { alternativesOf } from '../formats/package-word.ts';
import type { AbsolutePath } from '../model/brands.ts';
import type { Manager } from '../model/managers.ts';
import type { PackageRequest } from '../model/package-request.ts';
import type { PackageAnswer, PackageIdentity, RootTree } from '../model/packages.ts';
import type { Report } from '../model/progress.ts';
import type { Sys } from '../model/sys.ts';
import { aptDriver } from './apt/apt.ts';
import type { Excerpted, PackageDriver, ResolvedArchive } from './driver.ts';
import { pacmanDriver } from './pacman/pacman.ts';
import { dnf4FrontEnd, dnf5FrontEnd } from './rpm/dnf.ts';
import { rpmDriver } from './rpm/rpm.ts';
import { zypperFrontEnd } from './rpm/zypper.ts';
import { fetchedIdentities, resolvedIdentities } from './shared/identities.ts';
import { choiceOf } from './shared/choice.ts';
import { countTaken, watchFetching } from './shared/progress.ts';
import { timed } from './shared/timed.ts';
import { unpackedBytes } from './shared/unpacked-bytes.ts';
import { resolveWishes } from './shared/wishes.ts';

/** Packages that are chosen and not fetched yet. */
export interface Prepared {
  readonly packages: readonly Pick<
    ResolvedArchive,
    'name' | 'version' | 'architecture' | 'digest'
  >[];
  /** Our own cache of archives, from the host's root. */
  readonly keptArchives: string;
  /** Undefined where the manager does not name the digests before it has fetched. */
  readonly identities: readonly PackageIdentity[] | undefined;
  /** Digest of the choice: see choiceOf(). */
  choice(): Promise<string | undefined>;
  /** Files of the host that the choice depends on, from its root: see PackageDriver. */
  witnesses(): readonly string[];
  excerpt(): Promise<Excerpted | undefined>;
  /** `report` is told how far it is. */
  fetch(report: Report): Promise<Ready>;
}

/** Packages that are on this machine, checked. */
export interface Ready {
  identities(): readonly PackageIdentity[];
  /** Bytes that installing takes up in `room`, an estimate. */
  readonly unpackedBytes: number;
  /** Makes the root in the directory `room`. */
  install(room: AbsolutePath): Promise<RootTree>;
}

/** Chooses packages; each later step may be left out where its result is cached. */
export async function preparePackages(sys: Sys, request: PackageRequest): Promise<Prepared> {
  return managers[request.plan.manager].prepare(sys, request);
}

/** Makes a root of the host's packages in the workspace. */
export async function installPackages(sys: Sys, request: PackageRequest): Promise<RootTree> {
  const prepared = await preparePackages(sys, request);
  const ready = await prepared.fetch(() => {});
  return ready.install(request.workspace);
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
    prepare: async (sys: Sys, request: PackageRequest): Promise<Prepared> => {
      const { job, resolution } = await resolve(sys, request);
      const fetch = async (report: Report): Promise<Ready> => {
        const onTaken = countTaken(resolution, report);
        const found = await timed(sys, 'take', async () =>
          driver.take({ ...job, onTaken }, resolution),
        );
        const watched = watchFetching(sys, driver.fetchesInto(job), found, report);
        const fetched = await timed(sys, 'download', async () =>
          driver.download({ ...job, sys: watched }, resolution, found),
        );
        return {
          identities: () => fetchedIdentities(sys, fetched),
          unpackedBytes: unpackedBytes(fetched),
          install: async (room) =>
            timed(sys, 'install', async () =>
              driver.install({ ...job, request: { ...job.request, room } }, fetched),
            ),
        };
      };
      return {
        packages: resolution.archives,
        keptArchives: driver.keptArchives,
        identities: resolvedIdentities(resolution),
        choice: async () => choiceOf(driver, job, resolution),
        witnesses: () => driver.witnesses(job),
        excerpt: async () =>
          timed(sys, 'excerpt', async () =>
            driver.excerpt?.(job, resolution, allAlternatives(request)),
          ),
        fetch,
      };
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
    keptArchives: driver.keptArchives,
    hostOwners: async (sys: Sys, hostRoot: AbsolutePath) => driver.hostOwners(sys, hostRoot),
  };
}

function allAlternatives({ plan }: PackageRequest): readonly string[] {
  return plan.install.flatMap(({ value }) => alternativesOf(value)).filter((word) => word !== '');
}

const managers = {
  apt: managerWith(aptDriver),
  dnf5: managerWith(rpmDriver(dnf5FrontEnd)),
  dnf4: managerWith(rpmDriver(dnf4FrontEnd)),
  zypper: managerWith(rpmDriver(zypperFrontEnd)),
  pacman: managerWith(pacmanDriver),
} satisfies Readonly<Record<Manager, unknown>>;

/** Our own caches of archives, of all managers, from a host's root. */
export const archiveCaches: readonly string[] = Object.values(managers).map(
  ({ keptArchives }) => keptArchives,
);
