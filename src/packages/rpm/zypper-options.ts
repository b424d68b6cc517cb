import type { PackageRequest } from '../../model/package-request.ts';
import type { Ran } from '../../model/sys.ts';
import { inside } from './layout.ts';

/** Below the state of the build: what the host's has, and what it has installed. */
export const ownRepositories = 'repos.d';

// It makes directories for what it fetches where TMPDIR does not lead, too.
export const env = { LC_ALL: 'C.UTF-8', RPM_FORCE_DEBIAN: '1', ZYPPTMPDIR: '/tmp', TMPDIR: '/tmp' };

// The exit codes of zypper(8) that are no usage errors.
export const failures = [0, 1, 4, 5, 6, 7, 8, 104, 106];

/** True where zypper has done all it was asked to: 106 says that it went without a repository. */
export function isDone({ exitCode }: Pick<Ran, 'exitCode'>): boolean {
  return exitCode === 0 || exitCode === 106;
}

// --installroot takes repositories and configuration from the host, unlike --root.
export const options = [
  ...['--non-interactive', '--no-refresh'],
  ...['--installroot', inside.empty],
  ...['--cache-dir', inside.cache],
  // zypp.conf can have moved each of them.
  ...['--raw-cache-dir', `${inside.cache}/raw`],
  ...['--solv-cache-dir', `${inside.cache}/solv`],
  ...['--pkg-cache-dir', `${inside.cache}/packages`],
];

export function weak({ plan }: PackageRequest): readonly string[] {
  return [plan.withRecommends ? '--recommends' : '--no-recommends'];
}
