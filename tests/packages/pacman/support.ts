import { existsSync } from 'node:fs';
import type { TestContext } from 'node:test';
import type { AbsolutePath } from '../../../src/model/brands.ts';
import type { PackageOrigin } from '../../../src/model/packages.ts';
import type { PackageRequest } from '../../../src/packages/driver.ts';
import { isRoot, need } from '../../helpers/need.ts';
import { pacmanDistribution, type PacmanDistribution } from '../../helpers/pacman-distribution.ts';
import { runOk } from '../../helpers/run.ts';
import { requestFor, temporary } from '../apt/support.ts';

/** The distribution; undefined where the test has to be skipped. */
export async function distribution(t: TestContext): Promise<PacmanDistribution | undefined> {
  if (!need(t, isRoot(), 'needs root')) return undefined;
  if (!need(t, existsSync('/usr/bin/bwrap'), 'needs bwrap')) return undefined;
  const made = await pacmanDistribution();
  need(t, made !== undefined, 'no pacman distribution: run tests/helpers/setup.sh pacman');
  return made;
}

/** A host of the test's own, which it may spoil; undefined where the test has to be skipped. */
export async function hostFor(t: TestContext): Promise<AbsolutePath | undefined> {
  const made = await distribution(t);
  if (made === undefined) return undefined;
  const copy = temporary('pacman-host');
  await runOk(['cp', '-a', '--reflink=auto', `${made.host}/.`, copy]);
  return copy;
}

export interface Asked {
  readonly offline?: boolean;
  readonly remove?: readonly string[];
  readonly sources?: readonly PackageOrigin[];
}

/** Without the network unless told. */
export function pacmanRequest(
  hostRoot: string,
  install: readonly string[],
  { offline = true, remove = [], sources = ['cache', 'installed', 'network'] }: Asked = {},
): PackageRequest {
  const request = requestFor(install, { hostRoot, offline, remove, sources });
  return { ...request, plan: { ...request.plan, manager: 'pacman' } };
}
