import { logger } from '../log.ts';
import type { Sys } from '../model/sys.ts';
import type { PackageRequest, Resolution } from './driver.ts';
import { findArchive, prepareCache } from './rpm-cache.ts';
import type { Answer, ChosenRpm, RpmFrontEnd } from './rpm-front-end.ts';
import { readHostRpms, type HostRpm } from './rpm-host.ts';
import { rpmPaths } from './rpm-layout.ts';
import { noMetadata, unresolvable } from './rpm-problems.ts';
import { usableSources } from './sources.ts';
import { unknownPackages } from './unknown-packages.ts';

const debug = logger('packages');

/**
 * Asks the manager what the request comes to, from the host's metadata: with the versions that the host runs where
 * they can be had, for those are the ones this machine is known to boot with.
 */
export async function resolveRpms(
  sys: Sys,
  request: PackageRequest,
  frontEnd: RpmFrontEnd,
): Promise<Resolution> {
  prepareCache(sys, request, frontEnd);
  const host = await readHostRpms(sys, request);
  const ask = async (pins: Pins): Promise<Answer> => {
    // zypper takes the newest where a name is asked for both with and without a version.
    const plain = request.plan.install.filter(({ value }) => !pins.has(value));
    const wanted = [...plain.map(({ value }) => value), ...pins.values()];
    return frontEnd.parse(await sys.run(frontEnd.resolveCommand(request, wanted)));
  };
  const newest = accept(request, frontEnd, await ask(new Map()));
  const files = sys.root(request.hostRoot);
  const cache = sys.root(rpmPaths(request).cache);
  const sources = usableSources(request.plan);
  const isCached = (rpm: ChosenRpm): boolean =>
    sources.includes('cache') &&
    findArchive(files, cache, frontEnd, { repository: rpm.repository, file: fileOf(rpm) }) !==
      undefined;
  const preferred = await preferInstalled(frontEnd, ask, newest, host);
  const { rpms, warnings } =
    !sources.includes('network') && !preferred.rpms.every(isCached) && newest.every(isCached)
      ? { rpms: newest, warnings: [uncached] }
      : preferred;
  return {
    archives: rpms.map((rpm) => ({
      ...rpm,
      file: fileOf(rpm),
      location: `${rpm.repository}/${fileOf(rpm)}`,
      // The manager checks an archive with the digest in its metadata, wherever it comes from.
      digest: undefined,
      origin: isCached(rpm) ? 'cache' : 'network',
      hostVersion: host?.get(rpm.name)?.version,
    })),
    warnings: host === undefined ? [...warnings, unreadable] : warnings,
  };
}

/** The repository of a resolved archive. */
export function repositoryOf({ location }: { readonly location: string }): string {
  return location.slice(0, location.lastIndexOf('/'));
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
      throw noMetadata(frontEnd, answer.repositories);
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
