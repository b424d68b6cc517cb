import type { PackageRequest } from '../../model/package-request.ts';
import type { Sys } from '../../model/sys.ts';
import { isFileIn } from '../shared/is-file.ts';
import { withAllBelow } from '../shared/witnesses.ts';
import { trustHostKeys } from './check.ts';
import type { RpmConfiguration, RpmFrontEnd } from './front-end.ts';
import { readHostRpms } from './host-rpms.ts';
import { listArchives, type RpmJob } from './host.ts';
import { rpmPaths } from './layout.ts';
import { readConfiguration } from './repositories.ts';
import { ofConfiguration } from './visible.ts';

export async function openRpm(
  sys: Sys,
  request: PackageRequest,
  frontEnd: RpmFrontEnd,
): Promise<RpmJob> {
  const files = sys.root(request.hostRoot);
  const configuration = readConfiguration(files, frontEnd);
  prepareCache(sys, request, frontEnd, configuration);
  await trustHostKeys(sys, request);
  const cached = sys.root(rpmPaths(request).cache).list('/');
  return {
    ...{ sys, request },
    host: {
      ...{ frontEnd, configuration, visible: ofConfiguration(frontEnd, configuration) },
      installed: await readHostRpms(sys, request),
      archives: listArchives(files, frontEnd, configuration, cached),
      isFile: isFileIn(files),
    },
  };
}

/**
 * Makes a cache for this build with the host's metadata in it. A copy: both managers write beside what they read, and
 * a transaction of the host may change its own in the meantime.
 */
function prepareCache(
  sys: Sys,
  request: PackageRequest,
  { metadata }: RpmFrontEnd,
  { caches }: RpmConfiguration,
): void {
  const files = sys.root(request.hostRoot);
  const state = sys.root(rpmPaths(request).state);
  state.mkdir('cache', 0o755);
  state.mkdir('empty', 0o755);
  // dnf tells by them which streams of modules are for this system, and hides the packages of all others.
  const release = files.readText('etc/os-release') ?? files.readText('usr/lib/os-release');
  state.write('empty/etc/os-release', release ?? '', 0o644);
  for (const path of enabledModules.flatMap((pattern) => files.glob(pattern))) {
    state.copyIn(files.resolve(path), `empty/${path}`);
  }
  for (const pattern of metadata) {
    // A part of the cache that lies elsewhere stands behind the cache itself.
    const cache = caches.findLast(({ prefix }) => pattern.startsWith(prefix));
    if (cache === undefined) continue;
    const { directory, prefix } = cache;
    for (const path of files.glob(`${directory}/${pattern.slice(prefix.length)}`)) {
      state.copyIn(files.resolve(path), `cache/${prefix}${path.slice(directory.length + 1)}`);
    }
  }
}

// The streams that the host has enabled, as dnf 4 and dnf 5 keep them.
const enabledModules = ['etc/dnf/modules.d/*.module', 'usr/lib/sysimage/libdnf5/modules.toml'];

/**
 * rpm's database, in the place of today and of yesterday; the manager's configuration with repositories and variables;
 * keys; the cache with metadata and archives, ours too; and repositories on the host's disk.
 */
export function rpmWitnesses({ sys, request, host }: RpmJob): readonly string[] {
  const { frontEnd, configuration } = host;
  const files = sys.root(request.hostRoot);
  const local = [...configuration.localRepositories.values()].flat();
  return withAllBelow(files, [
    ...['usr/lib/sysimage/rpm', 'var/lib/rpm', 'etc/rpm', 'etc/pki/rpm-gpg'],
    ...['etc/os-release', 'usr/lib/os-release', 'usr/lib/sysimage/libdnf5'],
    ...[...frontEnd.configuration, ...configuration.sources],
    ...configuration.caches.map(({ directory }) => directory),
    `var/cache/pkginitrd/${frontEnd.ownCache}`,
    ...local.flatMap((pattern) => files.glob(pattern)),
  ]).filter((path) => !ofReaders.test(path));
}

// Who only reads the database writes these.
const ofReaders = /^(?:usr\/lib\/sysimage|var\/lib)\/rpm\/(?:\.rpm\.lock|rpmdb\.sqlite-shm)$/;
