import { logger } from '../../log.ts';
import type { PackageOrigin } from '../../model/packages.ts';
import type { ArchiveSource, Resolution } from '../driver.ts';
import { originOf } from '../shared/take.ts';
import { unknownPackages } from '../shared/unknown-packages.ts';
import { seeing } from '../shared/visible.ts';
import { asHidden } from './excludes.ts';
import type { Answer, ChosenRpm, HostRpm, Question, Scope } from './front-end.ts';
import { findArchive, type RpmJob } from './host.ts';
import { writeInstalledIndex } from './index.ts';
import { installedRepository } from './layout.ts';
import { hiddenPackages, noMetadata, unknownWithout, unresolvable } from './problems.ts';

const debug = logger('packages');

/**
 * Asks the manager what the request comes to, from the host's metadata: with the versions that the host runs where
 * they can be had, for those are the ones this machine is known to boot with. Where the installed system is among the
 * sources the manager sees it as one more repository, and as the only one where the others cannot help.
 */
export async function resolveRpms(job: RpmJob): Promise<Resolution> {
  const { sys, request, host } = job;
  const { installed, configuration } = host;
  const { sources } = request.plan;
  const fromInstalled = installed !== undefined && sources.includes('installed');
  if (installed !== undefined) {
    const isCached = (file: string): boolean =>
      sources.includes('cache') &&
      host.archives.get(file)?.some(({ place }) => place === 'cache') === true;
    await writeInstalledIndex(
      ...([sys, request, host] as const),
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
      hostVersion: versionHere(job, rpm),
    })),
    warnings: [
      ...configuration.warnings,
      ...warnings,
      ...(installed === undefined ? [unreadable] : []),
    ],
  };
}

interface Choice {
  readonly rpms: readonly ChosenRpm[];
  readonly warnings: readonly string[];
}

async function choose(job: RpmJob, fromInstalled: boolean): Promise<Choice> {
  const { request, host } = job;
  const scope = host.installed === undefined ? 'repositories' : 'both';
  const question: Question = { scope, excludes: 'kept' };
  const answer = await ask(job, new Map(), question);
  if (answer.type === 'no metadata' && fromInstalled) {
    debug('no metadata of %o, going by the installed system', answer.repositories);
    const installed = await ask(job, new Map(), amongInstalled);
    if (installed.type === 'resolved') return { rpms: installed.rpms, warnings: [] };
    const words = installed.type === 'unknown' ? installed.words : [];
    throw noMetadata(host.frontEnd, answer.repositories, request.plan.install, words);
  }
  if (answer.type === 'failed' && host.configuration.excludes.length > 0) {
    const lifted = await withoutExcludes(job, scope, fromInstalled);
    if (lifted !== undefined) return lifted;
  }
  if (answer.type === 'unknown' && answer.skipped.length > 0 && fromInstalled) {
    throw noMetadata(host.frontEnd, answer.skipped, request.plan.install, answer.words);
  }
  const newest = accept(job, answer);
  const skipped = answer.type === 'resolved' ? answer.skipped.map(skippedWarning(job)) : [];
  const { rpms, warnings } = await prefer(job, question, newest, fromInstalled);
  return { rpms, warnings: [...skipped, ...warnings] };
}

/** The packages in versions of the host, where they can be had; those of `newest` otherwise. */
async function prefer(
  job: RpmJob,
  question: Question,
  newest: readonly ChosenRpm[],
  fromInstalled: boolean,
): Promise<Choice> {
  const isAtHand = (rpm: ChosenRpm): boolean => originIn(job, rpm) !== undefined;
  const preferred = await preferInstalled(job, question, newest);
  if (preferred.rpms.every(isAtHand)) return preferred;
  if (newest.every(isAtHand)) return { rpms: newest, warnings: [uncached] };
  if (!fromInstalled) return preferred;
  // Metadata that are newer than the system choose packages that only the network has.
  const installed = await ask(job, new Map(), amongInstalled);
  return installed.type === 'resolved' ? { rpms: installed.rpms, warnings: [] } : preferred;
}

/**
 * The answer where excludes of the configuration stand in the way: they keep packages of the host as they are, so its
 * own versions are right, and no others. Undefined where excludes are not the matter.
 */
async function withoutExcludes(
  job: RpmJob,
  scope: Scope,
  fromInstalled: boolean,
): Promise<Choice | undefined> {
  const { request, host } = job;
  const question: Question = { scope, excludes: 'lifted' };
  const answer = await ask(job, new Map(), question);
  if (answer.type !== 'resolved') return undefined;
  const choice = await prefer(job, question, answer.rpms, fromInstalled);
  const hidden = asHidden(host.configuration.excludes, choice.rpms);
  if (hidden.length === 0) return undefined;
  const others = hidden.filter(({ rpm }) => versionHere(job, rpm) !== rpm.version);
  if (others.length > 0) throw hiddenPackages(others, request.plan.install);
  return choice;
}

// The installed packages are what excludes of the configuration keep.
const amongInstalled: Question = { scope: 'installed', excludes: 'lifted' };

async function ask(
  { sys, request, host }: RpmJob,
  pins: Pins,
  question: Question,
): Promise<Answer> {
  const { frontEnd } = host;
  // zypper takes the newest where a name is asked for both with and without a version.
  const plain = request.plan.install.filter(({ value }) => !pins.has(value));
  const wanted = [...plain.map(({ value }) => value), ...pins.values()];
  const command = frontEnd.resolveCommand(request, wanted, question);
  const answer = frontEnd.parse(await sys.run(seeing(command, host.visible)));
  return isBare(answer, wanted) ? { type: 'no metadata', repositories: answer.skipped } : answer;
}

/** True where the repositories without metadata are all that could have helped: what is installed comes of the other. */
function isBare(
  answer: Answer,
  wanted: readonly string[],
): answer is Extract<Answer, { readonly skipped: readonly string[] }> {
  switch (answer.type) {
    case 'resolved': {
      const { rpms, skipped } = answer;
      return (
        skipped.length > 0 && rpms.every(({ repository }) => repository === installedRepository)
      );
    }
    case 'unknown':
      return answer.skipped.length > 0 && answer.words.length === wanted.length;
    case 'no metadata':
    case 'failed':
      return false;
    default:
      return answer satisfies never;
  }
}

/** The source that a package would come from; undefined where no source of this build has it. */
function originIn(job: RpmJob, rpm: ChosenRpm): PackageOrigin | undefined {
  const archive = { file: fileOf(rpm), from: sourceOf(rpm) };
  return originOf(job.request.plan, archive, {
    cache: () => findArchive(job, archive) !== undefined,
    installed: () =>
      job.host.installed
        ?.get(rpm.name)
        ?.some(
          ({ version, architecture }) =>
            version === rpm.version && architecture === rpm.architecture,
        ) === true,
  });
}

/** The version of a package that the host has: the chosen one, if it is among several, or the last. */
function versionHere({ host }: RpmJob, rpm: ChosenRpm): string | undefined {
  const versions = versionsFor(host.installed, rpm).map(({ version }) => version);
  return versions.includes(rpm.version) ? rpm.version : versions.at(-1);
}

/** What the host has installed in the place of a package: a library for another architecture is not among it. */
function versionsFor(
  installed: RpmJob['host']['installed'],
  { name, architecture }: Pick<ChosenRpm, 'name' | 'architecture'>,
): readonly HostRpm[] {
  const all = installed?.get(name) ?? [];
  const same = all.filter((one) => one.architecture === architecture);
  if (same.length > 0) return same;
  // From one version to the next a package may have become one for all architectures, or ceased to be one.
  return all.filter((one) => one.architecture === 'noarch' || architecture === 'noarch');
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
      if (answer.skipped.length > 0) {
        throw unknownWithout(frontEnd, request.plan.install, answer.words, answer.skipped);
      }
      throw unknownPackages(frontEnd, request.plan.install, answer.words);
    case 'no metadata':
      throw noMetadata(frontEnd, answer.repositories, request.plan.install, []);
    case 'failed':
      throw unresolvable(frontEnd, answer.reason, request.plan.install);
    default:
      return answer satisfies never;
  }
}

function skippedWarning({ host: { frontEnd } }: RpmJob): (repository: string) => string {
  return (repository) =>
    `No metadata of "${repository}" in the cache of ${frontEnd.program}, going on without this repository`;
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
  question: Question,
  newest: readonly ChosenRpm[],
): Promise<Choice> {
  const pins = pinsFor(job, newest);
  if (pins.size === 0) return { rpms: newest, warnings: [] };
  let answer = await ask(job, pins, question);
  if (answer.type === 'unknown') {
    const gone = new Set(answer.words);
    const rest = new Map([...pins].filter(([, pin]) => !gone.has(pin)));
    debug('in no repository: %o', answer.words);
    if (rest.size === 0) return { rpms: newest, warnings: [] };
    answer = await ask(job, rest, question);
  }
  if (answer.type === 'resolved') return { rpms: answer.rpms, warnings: [] };
  debug('cannot pin: %o', answer);
  return { rpms: newest, warnings: [unpinned] };
}

function pinsFor({ host }: RpmJob, rpms: readonly ChosenRpm[]): Pins {
  const pins = new Map<string, string>();
  for (const rpm of rpms) {
    const here = versionsFor(host.installed, rpm);
    const last = here.at(-1);
    if (last === undefined || here.some(({ version }) => version === rpm.version)) continue;
    pins.set(rpm.name, host.frontEnd.pin(rpm.name, last));
  }
  return pins;
}

// The name that createrepo's packages have; the epoch is not in it.
function fileOf({ name, version, architecture }: Omit<ChosenRpm, 'repository'>): string {
  return `${name}-${version.replace(/^\d+:/, '')}.${architecture}.rpm`;
}
