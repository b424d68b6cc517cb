import { BuildError } from '../../model/errors.ts';
import type { ResolvedPackage, RootTree } from '../../model/packages.ts';
import type { Command, RootFiles, Sys } from '../../model/sys.ts';
import { aptPaths } from './layout.ts';
import { beginPlain, endPlain, largestFirst, removePlain, type PlainDeb } from './plain.ts';
import { hashOf } from '../shared/digest.ts';
import { readDpkgAbout } from './dpkg-about.ts';
import {
  configureCommand,
  decompressCommand,
  extractCommand,
  purgeCommand,
  unpackCommand,
} from './dpkg-commands.ts';
import { readOwners } from './dpkg-owners.ts';
import { dpkgFailure } from './dpkg-problems.ts';
import { removeByRecords } from './dpkg-remove.ts';
import { removeTraces } from '../shared/traces.ts';
import type { PackageRequest } from '../../model/package-request.ts';
import type { Fetched, FetchedArchive } from '../driver.ts';
import type { AptJob } from './host.ts';
import { allEnded } from '../shared/all-ended.ts';
import { removals } from '../shared/removals.ts';
import { timed } from '../shared/timed.ts';

/**
 * Makes the root: essential files first, then dpkg that unpacks everything and one that configures it. Archives are
 * decompressed once, by several processes, and while dpkg is at work.
 */
export async function installArchives(
  { sys, request }: AptJob,
  fetched: Fetched,
): Promise<RootTree> {
  const newest = newestTime(sys, fetched.archives);
  const epoch = request.sourceDateEpoch ?? newest;
  const early = fetched.archives.filter((archive) => archive.early);
  const late = fetched.archives.filter((archive) => !archive.early);
  const removed = removals(request.plan.remove, fetched.archives);

  const root = prepareRoot(sys, request);
  const first = beginPlain(sys, request, early);
  const rest = beginPlain(sys, request, late);
  await timed(sys, 'extract', async () =>
    runDpkg(sys, request, extractCommand(request, largestFirst(first))),
  );
  endPlain(sys, request, first);
  root.write(policy, '#!/bin/sh\nexit 101\n', 0o755);
  const unpack = async (debs: readonly PlainDeb[]): Promise<void> => {
    if (debs.length > 0) await runDpkg(sys, request, unpackCommand(request, epoch, debs));
  };
  await allEnded([
    timed(sys, 'unpack the essential ones', async () => unpack(first)),
    timed(sys, 'decompress the others', async () => {
      await runDpkg(sys, request, decompressCommand(request, largestFirst(rest)));
      endPlain(sys, request, rest);
    }),
  ]);
  await timed(sys, 'unpack', async () => unpack(rest));
  removePlain(sys, request);
  await timed(sys, 'configure', async () =>
    runDpkg(sys, request, configureCommand(request, epoch)),
  );
  await timed(sys, 'remove', async () => removePackages(sys, request, epoch, removed.names, early));
  root.remove(policy);
  removeTraces(root);
  const about = readDpkgAbout(root);

  return {
    root: root.path,
    packages: fetched.archives
      .filter(({ name }) => !removed.names.includes(name))
      .map((archive) => ({ ...reportOf(sys, archive), about: about.get(archive.name) }))
      .sort(byName),
    owners: readOwners(root),
    metadata,
    newestPackageTime: newest,
    warnings: [...fetched.warnings, ...removed.warnings],
  };
}

// Scripts of all packages may use the early ones, and the early ones' scripts each other.
async function removePackages(
  sys: Sys,
  request: PackageRequest,
  epoch: number,
  names: readonly string[],
  early: readonly FetchedArchive[],
): Promise<void> {
  const last = names.filter(
    (name) => name === 'dpkg' || early.some((archive) => archive.name === name),
  );
  const first = names.filter((name) => !last.includes(name));
  if (first.length > 0) await runDpkg(sys, request, purgeCommand(request, epoch, first));
  if (last.length > 0) removeByRecords(sys.root(aptPaths(request).root), last);
}

// invoke-rc.d asks it whether a service may be started: 101 is no.
const policy = 'usr/sbin/policy-rc.d';

// Files of dpkg, debconf and apt themselves.
const metadata = ['var/lib/dpkg', 'var/lib/apt', 'var/cache/apt', 'var/cache/debconf'];

function newestTime(sys: Sys, archives: readonly FetchedArchive[]): number {
  return archives.reduce((newest, { path }) => {
    const file = sys.open(path);
    try {
      return Math.max(newest, debTime(file.read(0, debHeaderSize), path));
    } finally {
      file.close();
    }
  }, 0);
}

// A .deb is an ar(5) archive: an 8 byte magic, then a 60 byte header whose bytes 16 to 27 are the member's time in
// decimal. dpkg-deb sets every member's time to the build's SOURCE_DATE_EPOCH, the date of the newest changelog entry.
const debHeaderSize = 68;

/** The build time of a .deb, in seconds since 1970. `header` is its first debHeaderSize bytes. */
export function debTime(header: Buffer, file: string): number {
  const text = header.toString('latin1');
  const time = Number(text.slice(24, 36).trim());
  if (!text.startsWith('!<arch>\ndebian-binary') || !Number.isSafeInteger(time)) {
    throw new BuildError(`Cannot read "${file}": it is not a Debian package`);
  }
  return time;
}

// A merged /usr has to be there before the first file: older packages ship files below /bin and /lib, and base-files
// brings the links only from Debian 13 on.
function prepareRoot(sys: Sys, request: PackageRequest): RootFiles {
  const root = sys.root(aptPaths(request).root);
  const host = sys.root(request.hostRoot);
  root.mkdir('/', 0o755);
  for (const name of ['bin', 'lib', 'lib64', 'sbin']) {
    if (host.readlink(name) !== `usr/${name}`) continue;
    root.mkdir(`usr/${name}`, 0o755);
    root.symlink(`usr/${name}`, name);
  }
  for (const name of ['info', 'updates']) root.mkdir(`var/lib/dpkg/${name}`, 0o755);
  for (const name of ['status', 'available']) root.write(`var/lib/dpkg/${name}`, '', 0o644);
  return root;
}

async function runDpkg(sys: Sys, request: PackageRequest, command: Command): Promise<void> {
  const ran = await sys.run(command);
  if (ran.exitCode !== 0) throw dpkgFailure(command.purpose, ran, aptPaths(request).root);
}

function reportOf(sys: Sys, archive: FetchedArchive): ResolvedPackage {
  const { name, version, architecture, size, origin, hostVersion } = archive;
  const about = { name, version, architecture, size, origin, hostVersion };
  if (origin === 'installed') return about;
  // An archive that no package list names any more has its digest from the file.
  const digest = archive.digest ?? {
    algorithm: 'sha256',
    hex: hashOf(sys, archive.path, 'sha256'),
  };
  return { ...about, digest };
}

function byName(a: ResolvedPackage, b: ResolvedPackage): number {
  return a.name < b.name ? -1 : 1;
}
