import type { RootTree } from '../../model/packages.ts';
import type { Command, Ran, RootFiles, Sys } from '../../model/sys.ts';
import { hashOf } from '../shared/digest.ts';
import { removeTraces } from '../shared/traces.ts';
import type { Fetched, FetchedArchive } from '../driver.ts';
import { removals } from '../shared/removals.ts';
import { nameOf } from './downloading.ts';
import type { PacmanJob } from './host.ts';
import { aboutOf, readLocal, readLocalOwners } from './local.ts';
import {
  failedScripts,
  installCommand,
  installFilesCommand,
  removeCommand,
  uninstallable,
} from './transaction.ts';
import { prepareRoot } from './resolve.ts';
import { timed } from '../shared/timed.ts';
import { seeing } from '../shared/visible.ts';
import { forInstalling } from './visible.ts';

/** Makes the root in one transaction. */
export async function installArchives(job: PacmanJob, fetched: Fetched): Promise<RootTree> {
  const { sys, request, host } = job;
  const { archives } = fetched;
  const { keyring } = host.conf;
  const view = forInstalling(host.conf);
  const removed = removals(request.plan.remove, archives);
  // The root that it was chosen for may lie elsewhere, and is of no more use.
  const root = prepareRoot(job);
  const install = archives.some(({ origin }) => origin === 'installed')
    ? installFilesCommand(
        request,
        keyring,
        archives.map(({ file }) => file),
      )
    : installCommand(request, keyring, archives.map(nameOf));
  const ran = await timed(sys, 'transaction', async () =>
    runPacman(sys, seeing(install, view), 'install the packages'),
  );
  if (removed.names.length > 0) {
    const remove = removeCommand(request, keyring, removed.names);
    await runPacman(sys, seeing(remove, view), 'remove packages');
  }
  const local = readLocal(root, database);
  const newest = [...local.values()].reduce(
    (latest, { desc }) => Math.max(latest, Number(desc.get('BUILDDATE')?.[0] ?? 0)),
    0,
  );
  cleanRoot(root, request.sourceDateEpoch ?? newest);
  return {
    root: root.path,
    packages: archives
      .filter(({ name }) => local.has(name))
      .map((archive) => {
        const installed = local.get(archive.name);
        return {
          ...reportOf(sys, archive),
          about: installed === undefined ? undefined : aboutOf(installed),
        };
      })
      .sort((a, b) => (a.name < b.name ? -1 : 1)),
    owners: readLocalOwners(root, database),
    metadata,
    newestPackageTime: newest,
    warnings: [...fetched.warnings, ...removed.warnings, ...failedScripts(ran).map(scriptWarning)],
  };
}

const database = 'var/lib/pacman';

// pacman's own files in the root.
const metadata = ['var/lib/pacman', 'var/cache/pacman', 'var/log/pacman.log'];

async function runPacman(sys: Sys, command: Command, purpose: string): Promise<Ran> {
  const ran = await sys.run(command);
  if (ran.exitCode !== 0) throw uninstallable(purpose, ran);
  return ran;
}

function scriptWarning(line: string): string {
  return `Cannot run a script of a package, going on as pacman does: ${line}`;
}

function cleanRoot(root: RootFiles, epoch: number): void {
  root.remove(`${database}/sync`);
  root.remove(`${database}/db.lck`);
  removeTraces(root);
  // The only clock in the database.
  for (const path of root.glob(`${database}/local/*/desc`)) {
    const text = root.readText(path) ?? '';
    root.write(path, text.replace(/(?<=^%INSTALLDATE%\n)\d+$/m, `${epoch}`), 0o644);
  }
}

function reportOf(sys: Sys, archive: FetchedArchive) {
  const { name, version, architecture, size, origin, hostVersion } = archive;
  const about = { name, version, architecture, size, origin, hostVersion };
  if (origin === 'installed') return about;
  const digest = { algorithm: 'sha256', hex: hashOf(sys, archive.path, 'sha256') } as const;
  return { ...about, digest };
}
