import { absolutePath } from '../../model/brands.ts';
import type { Command } from '../../model/sys.ts';
import { aptSandbox, inside } from './layout.ts';
import type { PackageRequest } from '../driver.ts';

/** Prints URI, file name, size and digest of everything the request comes to; fetches nothing. */
export function resolveCommand(
  request: PackageRequest,
  architecture: string,
  sources: readonly string[] = [],
): Command {
  return {
    argv: [
      'apt-get',
      ...options(request, architecture),
      ...['-o', 'Acquire::ForceHash=sha256'],
      ...withSources(sources),
      '--print-uris',
      ...['install', ...targets(request)],
    ],
    okExit: [0, failed],
    env,
    sandbox: aptSandbox(request, false),
    purpose: 'Resolve the packages',
  };
}

/**
 * Fetches what is not in the archives yet. apt refuses what no trusted key has signed, whether there is anything to
 * fetch or not; with --no-download it would not look.
 */
export function downloadCommand(
  request: PackageRequest,
  architecture: string,
  sources: readonly string[],
  network: boolean,
): Command {
  return fetching(request, architecture, sources, network, [
    '--download-only',
    ...['install', ...targets(request)],
  ]);
}

/**
 * Fetches packages, given as `name=version`, into the archives, and checks the signatures also of those that are there:
 * the command for a build that takes others from the installed system, of which no archive exists.
 */
export function downloadSomeCommand(
  request: PackageRequest,
  architecture: string,
  sources: readonly string[],
  packages: readonly string[],
  network: boolean,
): Command {
  const command = fetching(request, architecture, sources, network, [
    // It is done by root in a directory of root's.
    ...['-o', 'APT::Sandbox::User=root'],
    ...['download', ...packages],
  ]);
  return { ...command, cwd: absolutePath(`${inside.state}/archives`) };
}

/** Prints for each package list in use whether its repository is signed by a trusted key. */
export function trustCommand(request: PackageRequest, architecture: string): Command {
  const format = '$(TRUSTED) $(FILENAME)';
  return {
    argv: [
      'apt-get',
      ...options(request, architecture),
      ...['indextargets', '--format', format, 'Created-By: Packages'],
    ],
    env,
    sandbox: aptSandbox(request, false),
    purpose: 'Ask apt which repositories are signed',
  };
}

/** Prints the control stanzas of packages, given as `name=version`. */
export function describeCommand(
  request: PackageRequest,
  architecture: string,
  sources: readonly string[],
  packages: readonly string[],
): Command {
  return {
    argv: [
      'apt-cache',
      ...options(request, architecture),
      ...withSources(sources),
      ...['show', '--no-all-versions', ...packages],
    ],
    env,
    sandbox: aptSandbox(request, false),
    purpose: 'Read what the packages depend on',
  };
}

/** Prints the name of every package there is. */
export function namesCommand(request: PackageRequest, architecture: string): Command {
  return {
    argv: ['apt-cache', ...options(request, architecture), 'pkgnames'],
    env,
    sandbox: aptSandbox(request, false),
    purpose: 'List the names of the packages',
  };
}

function fetching(
  request: PackageRequest,
  architecture: string,
  sources: readonly string[],
  network: boolean,
  args: readonly string[],
): Command {
  return {
    argv: [
      'apt-get',
      ...options(request, architecture),
      ...['-o', 'Acquire::Retries=2'],
      ...withSources(sources),
      ...args,
    ],
    okExit: [0, failed],
    env,
    sandbox: aptSandbox(request, network),
    purpose: 'Fetch the packages',
  };
}

// apt-get's exit code for every error.
const failed = 100;

const env = { DEBIAN_FRONTEND: 'noninteractive' };

// The host's configuration stays in force but for this: an empty system is installed to, our caches are written, and
// nothing is locked since nothing of the host changes. No option weakens what apt demands of a repository.
function options({ plan }: PackageRequest, architecture: string): readonly string[] {
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

// Nobody depends on the essential packages, and every script may use them. base-files has the os-release.
function targets({ plan }: PackageRequest): readonly string[] {
  return ['?essential', 'base-files', ...plan.install.map(({ value }) => value)];
}

function withSources(sources: readonly string[]): readonly string[] {
  return sources.flatMap((source) => ['--with-source', source]);
}
