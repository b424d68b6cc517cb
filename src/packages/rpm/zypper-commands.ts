import type { Command } from '../../model/sys.ts';
import type { PackageRequest } from '../driver.ts';
import type { Scope } from './front-end.ts';
import { installedRepository } from './index.ts';
import { inside, managerSandbox } from './layout.ts';

/** Prints as XML everything that the request comes to, and stops there. */
export function resolveCommand(
  request: PackageRequest,
  wanted: readonly string[],
  scope: Scope,
): Command {
  return {
    argv: [
      'zypper',
      ...['--xmlout', ...options],
      ...(scope === 'repositories' ? [] : ['--reposd-dir', `${inside.state}/${ownRepositories}`]),
      ...['install', '--dry-run'],
      ...(scope === 'installed' ? ['--repo', installedRepository] : []),
      ...[...weak(request), ...wanted],
    ],
    okExit: failures,
    env,
    sandbox: managerSandbox(request, false),
    purpose: 'Resolve the packages',
  };
}

/** Fetches what the cache lacks, and checks digests and signatures of all. Nothing is installed on the way. */
export function downloadCommand(
  request: PackageRequest,
  wanted: readonly string[],
  network: boolean,
): Command {
  return {
    argv: ['zypper', ...options, 'install', '--download-only', ...weak(request), ...wanted],
    okExit: failures,
    env,
    sandbox: managerSandbox(request, network),
    purpose: 'Fetch the packages',
  };
}

/** Below the state of the build: what the host's has, and what it has installed. */
export const ownRepositories = 'repos.d';

// It makes directories for what it fetches where TMPDIR does not lead, too.
const env = { LC_ALL: 'C.UTF-8', RPM_FORCE_DEBIAN: '1', ZYPPTMPDIR: '/tmp', TMPDIR: '/tmp' };

// The exit codes of zypper(8) that are no usage errors.
const failures = [0, 1, 4, 5, 6, 7, 8, 104, 106];

// --installroot takes repositories and configuration from the host, unlike --root.
const options = [
  ...['--non-interactive', '--no-refresh'],
  ...['--installroot', inside.empty],
  ...['--cache-dir', inside.cache],
];

function weak({ plan }: PackageRequest): readonly string[] {
  return [plan.withRecommends ? '--recommends' : '--no-recommends'];
}
