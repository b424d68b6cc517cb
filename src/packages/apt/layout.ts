import { absolutePath, type AbsolutePath } from '../../model/brands.ts';
import type { PackageRequest } from '../../model/package-request.ts';
import type { Ran, Sandbox } from '../../model/sys.ts';
import { choosing, downloading, unpacking } from './visible.ts';

/** Paths inside the sandboxes, below /run, which each has of its own. */
export const inside = {
  state: '/run/pkginitrd',
  cache: '/run/pkginitrd-cache',
  archives: '/run/pkginitrd-archives',
  plain: '/run/pkginitrd-plain',
  root: '/run/pkginitrd-root',
};

/** The same on this machine. */
export interface AptPaths {
  readonly root: AbsolutePath;
  /** apt's own idea of an empty system: status file, preferences, archives. */
  readonly state: AbsolutePath;
  readonly archives: AbsolutePath;
  /** Copies of the archives with their files not compressed. */
  readonly plain: AbsolutePath;
  /** Kept from build to build: apt's binary caches, and `archives`. */
  readonly cache: AbsolutePath;
  /** The place of the binary caches where that cannot be written. */
  readonly spareCache: AbsolutePath;
}

export function aptPaths({ workspace, room = workspace, hostRoot }: PackageRequest): AptPaths {
  return {
    root: absolutePath(`${room}/root`),
    plain: absolutePath(`${room}/plain`),
    state: absolutePath(`${workspace}/apt`),
    archives: absolutePath(`${workspace}/apt/archives`),
    cache: absolutePath(`${hostRoot}/var/cache/pkginitrd/apt`),
    spareCache: absolutePath(`${workspace}/apt-cache`),
  };
}

/** For apt: its programs, configuration, keys and lists at their places. inJob() adds the cache. */
export function aptSandbox(request: PackageRequest, network: boolean): Sandbox {
  const { state } = aptPaths(request);
  return {
    root: request.hostRoot,
    visible: network ? downloading : choosing,
    rootWritable: false,
    binds: [{ source: state, target: inside.state, writable: true }],
    network,
    suppressSync: true,
  };
}

/** For the host's dpkg-deb and tar, which fill a root that has no tools yet. No script of a package runs here. */
export function extractSandbox(request: PackageRequest): Sandbox {
  const { archives, plain, root } = aptPaths(request);
  return {
    root: request.hostRoot,
    visible: unpacking,
    rootWritable: false,
    binds: [
      { source: archives, target: inside.archives, writable: false },
      { source: plain, target: inside.plain, writable: true },
      { source: root, target: inside.root, writable: true },
    ],
    network: false,
    suppressSync: true,
  };
}

/** For the root's own dpkg: the root is all that it and the packages' scripts see of the machine. */
export function rootSandbox(request: PackageRequest): Sandbox {
  const { archives, plain, root } = aptPaths(request);
  return {
    root,
    rootWritable: true,
    binds: [
      { source: archives, target: inside.archives, writable: false },
      { source: plain, target: inside.plain, writable: false },
    ],
    network: false,
    suppressSync: true,
  };
}

// The host's configuration stays in force but for this: an empty system is installed to, our caches are written, and
// nothing is locked since nothing of the host changes. No option weakens what apt demands of a repository.
export function options({ plan }: PackageRequest, architecture: string): readonly string[] {
  return [
    `Dir::State::status=${inside.state}/status`,
    `Dir::State::extended_states=${inside.state}/extended_states`,
    `Dir::Cache=${inside.cache}`,
    'Dir::Cache::pkgcache=pkgcache.bin',
    'Dir::Cache::srcpkgcache=srcpkgcache.bin',
    `Dir::Cache::archives=${inside.state}/archives`,
    `Dir::Etc::preferences=${inside.state}/preferences`,
    'Debug::NoLocking=true',
    `APT::Architecture=${architecture}`,
    `APT::Architectures=${architecture}`,
    `APT::Install-Recommends=${plan.withRecommends}`,
    'APT::Install-Suggests=false',
    'APT::Get::Assume-Yes=true',
    // Otherwise apt takes itself, and all it depends on, for essential.
    'pkgCacheGen::ForceEssential=,',
  ].flatMap((option) => ['-o', option]);
}

export function withSources(sources: readonly string[]): readonly string[] {
  return sources.flatMap((source) => ['--with-source', source]);
}

// apt-get's exit code for every error.
export const failed = 100;

export const env = { DEBIAN_FRONTEND: 'noninteractive' };

// Essential packages are in no dependency, and every script may use them. base-files has the os-release.
export function targets({ plan }: PackageRequest): readonly string[] {
  return ['?essential', 'base-files', ...plan.install.map(({ value }) => value)];
}

/** apt-get's own complaint. */
export function complaint(ran: Ran): string {
  const errors = ran.stderr.split('\n').filter((line) => line.startsWith('E: '));
  return (
    errors.map((line) => line.slice(3)).join('; ') || ran.stderr.trim() || 'apt-get gave no reason'
  );
}

/** True for an archive that stands in the list of installed packages alone: there is no such file yet. */
export function isOfInstalledIndex(location: string): boolean {
  return location.startsWith(`file:${inside.state}/`);
}

/** The path of a `file:` URI; undefined for one that has to be fetched. */
export function localPath(uri: string): string | undefined {
  const [, path] = /^(?:file|copy):(?:\/\/)?(\/.*)$/.exec(uri) ?? [];
  return path === undefined ? undefined : decodeURIComponent(path);
}
