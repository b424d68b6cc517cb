import { logger } from '../../log.ts';
import type { PackageOrigin } from '../../model/packages.ts';
import type { ArchiveSource, Resolution } from '../driver.ts';
import { originOf } from '../shared/take.ts';
import { unknownPackages } from '../shared/unknown-packages.ts';
import type { Answer, ChosenRpm, HostRpm, RpmFrontEnd, Scope } from './front-end.ts';
import { findArchive, type RpmJob } from './host.ts';
import { writeInstalledIndex } from './index.ts';
import { installedRepository } from './layout.ts';
import { noMetadata, unresolvable } from './problems.ts';

const debug = logger('packages');

/**
 * Asks the manager what the request comes to, from the host's metadata: with the versions that the host runs where
 * they can be had, for those are the ones this machine is known to boot with. Where the installed system is among the
 * sources the manager sees it as one more repository, and as the only one where the others cannot help.
 */
export async function resolveRpms(job: RpmJob): Promise<Resolution> {
  const { sys, request, host } = job;
  const { installed, frontEnd } = host;
  const { sources } = request.plan;
  const fromInstalled = installed !== undefined && sources.includes('installed');
  if (installed !== undefined) {
    const isCached = (file: string): boolean =>
      sources.includes('cache') &&
      host.archives.get(file)?.some(({ place }) => place === 'cache') === true;
    await writeInstalledIndex(
      ...([sys, request, frontEnd] as const),
      (file) => fromInstalled || isCached(file),
    );
  }
  const { rpms, warnings } = await choose(job, fromInstalled);
  return {
    archives: rpms.map((rpm) => ({
      ...rpm,
      file: fileOf(rpm),
      from: sourceOf(rpm),
      // The manager checks an archive with the digest in its metadata, wherever it comes from.
      digest: undefined,
      origin: originIn(job, rpm) ?? 'network',
      hostVersion: installed?.get(rpm.name)?.version,
    })),
    warnings: installed === undefined ? [...warnings, unreadable] : warnings,
  };
}

interface Choice {
  readonly rpms: readonly ChosenRpm[];
  readonly warnings: readonly string[];
}

async function choose(job: RpmJob, fromInstalled: boolean): Promise<Choice> {
  const { request, host } = job;
  const scope = host.installed === undefined ? 'repositories' : 'both';
  const isAtHand = (rpm: ChosenRpm): boolean => originIn(job, rpm) !== undefined;
  const answer = await ask(job, new Map(), scope);
  if (answer.type === 'no metadata' && fromInstalled) {
    debug('no metadata of %o, going by the installed system', answer.repositories);
    const installed = await ask(job, new Map(), 'installed');
    if (installed.type === 'resolved') return { rpms: installed.rpms, warnings: [] };
    const words = installed.type === 'unknown' ? installed.words : [];
    throw noMetadata(host.frontEnd, answer.repositories, request.plan.install, words);
  }
  const newest = accept(job, answer);
  const preferred = await preferInstalled(job, scope, newest);
  if (preferred.rpms.every(isAtHand)) return preferred;
  if (newest.every(isAtHand)) return { rpms: newest, warnings: [uncached] };
  if (!fromInstalled) return preferred;
  // Metadata that are newer than the system choose packages that only the network has.
  const installed = await ask(job, new Map(), 'installed');
  return installed.type === 'resolved' ? { rpms: installed.rpms, warnings: [] } : preferred;
}

async function ask({ sys, request, host }: RpmJob, pins: Pins, scope: Scope): Promise<Answer> {
  const { frontEnd } = host;
  // zypper takes the newest where a name is asked for both with and without a version.
  const plain = request.plan.install.filter(({ value }) => !pins.has(value));
  const wanted = [...plain.map(({ value }) => value), ...pins.values()];
  return frontEnd.parse(await sys.run(frontEnd.resolveCommand(request, wanted, scope)));
}

/** The source that a package would come from; undefined where no source of this build has it. */
function originIn(job: RpmJob, rpm: ChosenRpm): PackageOrigin | undefined {
  const archive = { file: fileOf(rpm), from: sourceOf(rpm) };
  const installed = job.host.installed?.get(rpm.name);
  return originOf(job.request.plan, archive, {
    cache: () => findArchive(job, archive) !== undefined,
    installed: () =>
      installed?.version === rpm.version && installed.architecture === rpm.architecture,
  });
}

function sourceOf({ repository }: ChosenRpm): ArchiveSource {
  return repository === installedRepository
    ? { type: 'installed only' }
    : { type: 'repository', id: repository, uri: undefined };
}

function accept({ request, host: { frontEnd } }: RpmJob, answer: Answer): readonly ChosenRpm[] {
  switch (answer.type) {
    case 'resolved':
      return answer.rpms;
    case 'unknown':
      throw unknownPackages(frontEnd, request.plan.install, answer.words);
    case 'no metadata':
      throw noMetadata(frontEnd, answer.repositories, request.plan.install, []);
    case 'failed':
      throw unresolvable(frontEnd, answer.reason);
    default:
      return answer satisfies never;
  }
}

const unreadable =
  "Cannot read the host's rpm database, taking the newest versions of the packages";
const uncached =
  'No cache has all packages in the versions installed here, taking the newest ones, which one has';
const unpinned =
  'Cannot combine the package versions installed here with those in the repositories, taking the newest ones';

/** Name to the word that asks for one version of it. */
type Pins = ReadonlyMap<string, string>;

// A second resolution is needed only where the newest versions are not those of the host; a third where some of the
// host's are in no repository any more.
async function preferInstalled(
  job: RpmJob,
  scope: Scope,
  newest: readonly ChosenRpm[],
): Promise<Choice> {
  const pins = pinsFor(job.host.frontEnd, newest, job.host.installed);
  if (pins.size === 0) return { rpms: newest, warnings: [] };
  let answer = await ask(job, pins, scope);
  if (answer.type === 'unknown') {
    const gone = new Set(answer.words);
    const rest = new Map([...pins].filter(([, pin]) => !gone.has(pin)));
    debug('in no repository: %o', answer.words);
    if (rest.size === 0) return { rpms: newest, warnings: [] };
    answer = await ask(job, rest, scope);
  }
  if (answer.type === 'resolved') return { rpms: answer.rpms, warnings: [] };
  debug('cannot pin: %o', answer);
  return { rpms: newest, warnings: [unpinned] };
}

function pinsFor(
  frontEnd: RpmFrontEnd,
  rpms: readonly ChosenRpm[],
  installedRpms: ReadonlyMap<string, HostRpm> | undefined,
): Pins {
  const pins = new Map<string, string>();
  for (const { name, version, architecture } of rpms) {
    const installed = installedRpms?.get(name);
    if (installed?.architecture !== architecture || installed.version === version) continue;
    pins.set(name, frontEnd.pin(name, installed));
  }
  return pins;
}

// The name that createrepo's packages have; the epoch is not in it.
function fileOf({ name, version, architecture }: Omit<ChosenRpm, 'repository'>): string {
  return `${name}-${version.replace(/^\d+:/, '')}.${architecture}.rpm`;
}
