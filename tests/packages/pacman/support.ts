import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { AbsolutePath } from '../../../src/model/brands.ts';
import type { PackageRequest } from '../../../src/model/package-request.ts';
import { isRoot, need } from '../../helpers/need.ts';
import { pacmanDistribution, type PacmanDistribution } from '../../helpers/pacman-distribution.ts';
import { allSources } from '../../helpers/package-request.ts';
import { cache } from '../../helpers/paths.ts';
import { runOk } from '../../helpers/run.ts';
import { aptRequest, sys, temporary, type Asked } from '../apt/support.ts';

/** The pacman of Debian 13, and that of Debian 12 in its place. */
export const releases = [7, 6] as const;
export type Release = (typeof releases)[number];

/** The distribution; undefined where the test has to be skipped. */
export async function distribution(t: TestContext): Promise<PacmanDistribution | undefined> {
  if (!need(t, isRoot(), 'needs root')) return undefined;
  if (!need(t, existsSync('/usr/bin/bwrap'), 'needs bwrap')) return undefined;
  const made = await pacmanDistribution();
  need(t, made !== undefined, 'no pacman distribution: run tests/helpers/setup.sh pacman');
  return made;
}

/** A host of the test's own, which it may spoil; undefined where the test has to be skipped. */
export async function hostFor(
  t: TestContext,
  release: Release = 7,
): Promise<AbsolutePath | undefined> {
  const made = await distribution(t);
  if (made === undefined) return undefined;
  const six = join(cache, 'pacman-6');
  const isThere = release === 7 || existsSync(six);
  if (!need(t, isThere, 'no pacman 6: run tests/helpers/setup.sh pacman')) return undefined;
  const copy = temporary('pacman-host');
  await runOk(['cp', '-a', '--reflink=auto', `${made.host}/.`, copy]);
  if (release === 6) {
    await runOk(['cp', '-a', '--reflink=auto', six, `${copy}/usr/lib/pacman-6`]);
    sys.root(copy).write('usr/bin/pacman', runsSix, 0o755);
  }
  return copy;
}

// By its own loader: its libraries are older than the host's, which the programs that it starts go on to use.
const runsSix = `#!/bin/sh
exec /usr/lib/pacman-6/ld.so --library-path /usr/lib/pacman-6 /usr/lib/pacman-6/pacman "$@"
`;

/** Without the network unless told. */
export function pacmanRequest(
  hostRoot: string,
  install: readonly string[],
  { offline = true, remove = [], sources = allSources }: Omit<Asked, 'hostRoot'> = {},
): PackageRequest {
  const request = aptRequest(install, { hostRoot, offline, remove, sources });
  return { ...request, plan: { ...request.plan, manager: 'pacman' } };
}
