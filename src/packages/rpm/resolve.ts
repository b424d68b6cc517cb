import { logger } from '../../log.ts';
import type { PackageOrigin } from '../../model/packages.ts';
import type { Sys } from '../../model/sys.ts';
import type { PackageRequest, Resolution } from '../driver.ts';
import { cachedNames, findArchive, prepareCache } from './cache.ts';
import type { Answer, ChosenRpm, RpmFrontEnd, Scope } from './front-end.ts';
import { readHostRpms, type HostRpm } from './host.ts';
import { installedRepository, writeInstalledIndex } from './index.ts';
import { rpmPaths } from './layout.ts';
import { noMetadata, unresolvable } from './problems.ts';
import { unknownPackages } from '../shared/unknown-packages.ts';

const debug = logger('packages');

/**
 * Asks the manager what the request comes to, from the host's metadata: with the versions that the host runs where
 * they can be had, for those are the ones this machine is known to boot with. Where the installed system is among the
 * sources the manager sees it as one more repository, and as the only one where the others cannot help.
 */
export async function resolveRpms(
  sys: Sys,
  request: PackageRequest,
  frontEnd: RpmFrontEnd,
): Promise<Resolution> {
  prepareCache(sys, request, frontEnd);
  const host = await readHostRpms(sys, request);
  const sources = request.plan.sources;
  const fromInstalled = host !== undefined && sources.includes('installed');
  const cached = sources.includes('cache')
    ? cachedNames(sys.root(request.hostRoot), frontEnd)
    : new Set<string>();
  if (host !== undefined) {
    await writeInstalledIndex(
      ...([sys, request, frontEnd] as const),
      (file) => fromInstalled || cached.has(file),
    );
  }
  const ask = async (pins: Pins, scope: Scope): Promise<Answer> => {
    // zypper takes the newest where a name is asked for both with and without a version.
    const plain = request.plan.install.filter(({ value }) => !pins.has(value));
    const wanted = [...plain.map(({ value }) => value), ...pins.values()];
    return frontEnd.parse(await sys.run(frontEnd.resolveCommand(request, wanted, scope)));
  };
  const scope = host === undefined ? 'repositories' : 'both';
  const originOf = originIn(sys, request, frontEnd, host);
  const isAtHand = (rpm: ChosenRpm): boolean => originOf(rpm) !== undefined;
  const choose = async (): Promise<Choice> => {
    const answer = await ask(new Map(), scope);
    if (answer.type === 'no metadata' && fromInstalled) {
      debug('no metadata of %o, going by the installed system', answer.repositories);
      const installed = await ask(new Map(), 'installed');
      if (installed.type === 'resolved') return { rpms: installed.rpms, warnings: [] };
      const words = installed.type === 'unknown' ? installed.words : [];
      throw noMetadata(frontEnd, answer.repositories, request.plan.install, words);
    }
    const newest = accept(request, frontEnd, answer);
    const preferred = await preferInstalled(
      frontEnd,
      async (pins) => ask(pins, scope),
      newest,
      host,
    );
    if (preferred.rpms.every(isAtHand)) return preferred;
    if (newest.every(isAtHand)) return { rpms: newest, warnings: [uncached] };
    if (!fromInstalled) return preferred;
    // Metadata that are newer than the system choose packages that only the network has.
    const installed = await ask(new Map(), 'installed');
    return installed.type === 'resolved' ? { rpms: installed.rpms, warnings: [] } : preferred;
  };
  const { rpms, warnings } = await choose();
  return {
    archives: rpms.map((rpm) => ({
      ...rpm,
      file: fileOf(rpm),
      location: `${rpm.repository}/${fileOf(rpm)}`,
      // The manager checks an archive with the digest in its metadata, wherever it comes from.
      digest: undefined,
      origin: originOf(rpm) ?? 'network',
      hostVersion: host?.get(rpm.name)?.version,
    })),
    warnings: host === undefined ? [...warnings, unreadable] : warnings,
  };
}

/** The repository of a resolved archive; undefined for one that only the host's own database knows. */
export function repositoryOf({ location }: { readonly location: string }): string | undefined {
  const repository = location.slice(0, location.lastIndexOf('/'));
  return repository === installedRepository ? undefined : repository;
}

/** Says from where a package would come; undefined where no source of this build has it. */
function originIn(
  sys: Sys,
  request: PackageRequest,
  frontEnd: RpmFrontEnd,
  host: ReadonlyMap<string, HostRpm> | undefined,
): (rpm: ChosenRpm) => PackageOrigin | undefined {
  const files = sys.root(request.hostRoot);
  const cache = sys.root(rpmPaths(request).cache);
  return (rpm) => {
    const repository = rpm.repository === installedRepository ? undefined : rpm.repository;
    return request.plan.sources.find((source) => {
      switch (source) {
        case 'cache':
          return (
            findArchive(files, cache, frontEnd, { repository, file: fileOf(rpm) }) !== undefined
          );
        case 'installed':
          return isInstalled(host, rpm);
        case 'network':
          return repository !== undefined;
        default:
          return source satisfies never;
      }
    });
  };
}

function isInstalled(host: ReadonlyMap<string, HostRpm> | undefined, rpm: ChosenRpm): boolean {
  const installed = host?.get(rpm.name);
  return installed?.version === rpm.version && installed.architecture === rpm.architecture;
}

function accept(
  request: PackageRequest,
  frontEnd: RpmFrontEnd,
  answer: Answer,
): readonly ChosenRpm[] {
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

interface Choice {
  readonly rpms: readonly ChosenRpm[];
  readonly warnings: readonly string[];
}

// A second resolution is needed only where the newest versions are not those of the host; a third where some of the
// host's are in no repository any more.
async function preferInstalled(
  frontEnd: RpmFrontEnd,
  ask: (pins: Pins) => Promise<Answer>,
  newest: readonly ChosenRpm[],
  host: ReadonlyMap<string, HostRpm> | undefined,
): Promise<Choice> {
  const pins = pinsFor(frontEnd, newest, host);
  if (pins.size === 0) return { rpms: newest, warnings: [] };
  let answer = await ask(pins);
  if (answer.type === 'unknown') {
    const gone = new Set(answer.words);
    const rest = new Map([...pins].filter(([, pin]) => !gone.has(pin)));
    debug('in no repository: %o', answer.words);
    if (rest.size === 0) return { rpms: newest, warnings: [] };
    answer = await ask(rest);
  }
  if (answer.type === 'resolved') return { rpms: answer.rpms, warnings: [] };
  debug('cannot pin: %o', answer);
  return { rpms: newest, warnings: [unpinned] };
}

function pinsFor(
  frontEnd: RpmFrontEnd,
  rpms: readonly ChosenRpm[],
  host: ReadonlyMap<string, HostRpm> | undefined,
): Pins {
  const pins = new Map<string, string>();
  for (const { name, version, architecture } of rpms) {
    const installed = host?.get(name);
    if (installed?.architecture !== architecture || installed.version === version) continue;
    pins.set(name, frontEnd.pin(name, installed));
  }
  return pins;
}

// The name that createrepo's packages have; the epoch is not in it.
function fileOf({ name, version, architecture }: Omit<ChosenRpm, 'repository'>): string {
  return `${name}-${version.replace(/^\d+:/, '')}.${architecture}.rpm`;
}
