import type { ResolvedPackage, RootTree } from '../../model/packages.ts';
import type { Command, Ran, RootFiles, Sys } from '../../model/sys.ts';
import { hashOf } from '../shared/digest.ts';
import { removeTraces } from '../shared/traces.ts';
import type { PackageRequest } from '../../model/package-request.ts';
import type { Fetched, FetchedArchive } from '../driver.ts';
import { removals } from '../shared/removals.ts';
import { leftOutWarnings } from '../shared/take.ts';
import { describeCommand, parseDescribed, type DescribedRpm } from './describe.ts';
import type { RpmJob } from './host.ts';
import { rpmPaths } from './layout.ts';
import { ownersCommand, parseOwners } from './owners.ts';
import {
  eraseCommand,
  hasOnlyWarned,
  installCommand,
  parseFailedScripts,
  rpmFailure,
} from './transaction.ts';
import { accountFiles, secretAccountFiles, staticAccounts } from '../shared/static-accounts.ts';
import { timed } from '../shared/timed.ts';

/** Makes the root in one transaction of the host's rpm, whichever manager chose the packages. */
export async function installRpms(
  { sys, request }: RpmJob,
  { archives, warnings }: Fetched,
): Promise<RootTree> {
  const files = archives.map(({ file }) => file);
  const described = parseDescribed((await sys.run(describeCommand(request, files))).stdout);
  const newest = Math.max(0, ...described.map(({ buildTime }) => buildTime));
  const epoch = request.sourceDateEpoch ?? newest;
  const removed = removals(request.plan.remove, archives);

  const root = sys.root(rpmPaths(request).root);
  for (const directory of ['/', 'dev', 'proc', 'run', 'sys']) root.mkdir(directory, 0o755);
  // A package cannot set the mode of a directory that is mounted over.
  root.mkdir('tmp', 0o1777);
  const leftOut = archives.flatMap((archive) => archive.leftOut);
  // Without them every file would be root's, and the scripts give away the numbers anew.
  for (const path of accountFiles.filter((file) => leftOut.includes(file))) {
    root.write(path, staticAccounts(sys.root(request.hostRoot), path), 0o644);
  }
  const ran = await timed(sys, 'rpm', async () =>
    runRpm(sys, request, installCommand(request, epoch, files)),
  );
  if (removed.names.length > 0) {
    await runRpm(sys, request, eraseCommand(request, epoch, removed.names));
  }
  const owners = await sys.run(ownersCommand(request));
  removeTraces(root);
  removeLocks(root);

  return {
    root: root.path,
    packages: archives
      .filter(({ name }) => !removed.names.includes(name))
      .map((archive) => report(sys, archive, described))
      .sort((a, b) => (a.name < b.name ? -1 : 1)),
    owners: parseOwners(owners.stdout, root),
    metadata,
    newestPackageTime: newest,
    warnings: [
      ...warnings,
      ...removed.warnings,
      ...leftOutWarnings(archives, (path) => accounts.includes(path)),
      ...scriptWarnings(ran),
    ],
  };
}

// Files of rpm and the managers themselves.
const metadata = [
  ...['usr/lib/sysimage/rpm', 'var/lib/rpm', 'var/lib/dnf', 'var/lib/zypp'],
  ...['var/cache/dnf', 'var/cache/libdnf5', 'var/cache/zypp', 'usr/lib/sysimage/libdnf5'],
];

async function runRpm(sys: Sys, request: PackageRequest, command: Command): Promise<Ran> {
  const ran = await sys.run(command);
  if (ran.exitCode !== 0 && !hasOnlyWarned(ran.stderr)) {
    throw rpmFailure(command.purpose, ran, rpmPaths(request).root);
  }
  return ran;
}

// rpm goes on after scripts that run when the files are there already, and so do distributions' own installers.
function scriptWarnings(ran: Ran): readonly string[] {
  return parseFailedScripts(ran.stderr).map(
    ({ script, name, reason }) =>
      `The ${script} script of "${name}" failed, ${reason}: the image may lack what it makes`,
  );
}

const accounts = [...accountFiles, ...secretAccountFiles];

function removeLocks(root: RootFiles): void {
  for (const directory of ['usr/lib/sysimage/rpm', 'var/lib/rpm'])
    root.remove(`${directory}/.rpm.lock`);
}

function report(
  sys: Sys,
  archive: FetchedArchive,
  described: readonly DescribedRpm[],
): ResolvedPackage {
  const { name, version, architecture, size, origin, hostVersion, path } = archive;
  const about = described.find((one) => one.name === name)?.about;
  const common = { name, version, architecture, size, origin, hostVersion, about };
  if (origin === 'installed') return common;
  const digest = { algorithm: 'sha256', hex: hashOf(sys, path, 'sha256') } as const;
  return { ...common, digest };
}
