import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { absolutePath, type AbsolutePath } from '../../../src/model/brands.ts';
import type { PackageRequest } from '../../../src/model/package-request.ts';
import { makeSys } from '../../../src/sys/sys.ts';
import { isRoot, need } from '../need.ts';
import { reasoned, requestFor } from '../package-request.ts';
import { cache } from '../paths.ts';
import { copyHost, hostDirectory, installFiles, type RpmManager } from './hosts.ts';

export const sys = makeSys({ searchPath: '/usr/sbin:/usr/bin:/sbin:/bin' });

export interface RpmHost {
  readonly manager: RpmManager;
  readonly root: AbsolutePath;
}

/** True where the tests of a manager on an rpm distribution can run. */
export function needsRpm(t: TestContext, manager: RpmManager): boolean {
  const what = manager === 'dnf5' ? 'no host with dnf 5' : 'no rpm distribution';
  return (
    need(t, isRoot(), 'needs root') &&
    need(t, existsSync(hostDirectory(manager)), `${what}: run tests/helpers/setup.sh`)
  );
}

/**
 * A copy of the fixture's host that tests may spoil, with the packages of its database installed where that is asked
 * for; undefined where there is no fixture.
 */
export async function throwAwayRpmHost(
  manager: RpmManager,
  world: 'recorded' | 'installed' = 'recorded',
): Promise<RpmHost | undefined> {
  const from = hostDirectory(manager);
  if (!isRoot() || !existsSync(from)) return undefined;
  const root = temporary(manager);
  await copyHost(from, root);
  if (world === 'installed') await installFiles({ manager, root }, join(cache, 'rpm/repository'));
  return { manager, root };
}

export interface Wishes extends Partial<PackageRequest['plan']> {
  readonly names: readonly string[];
  readonly without?: readonly string[];
  readonly locale?: string;
}

/** An offline request, but for what is wished. */
export function rpmRequest(
  host: RpmHost,
  { names, without = [], locale, offline = true, ...plan }: Wishes,
): PackageRequest {
  return requestFor(
    {
      manager: host.manager,
      install: reasoned(...names),
      remove: reasoned(...without),
      offline,
      ...plan,
    },
    {
      os: {
        ...{ id: 'testrpm', idLike: [], name: 'Test', prettyName: 'Test' },
        ...{ versionId: '1', versionCodename: undefined },
      },
      hostRoot: host.root,
      workspace: temporary('workspace'),
      ...(locale === undefined ? {} : { locale }),
    },
  );
}

const made: string[] = [];

/** A directory beside the fixture, so that files can be shared with it; removed by cleanUp(). */
export function temporary(name: string): AbsolutePath {
  mkdirSync(join(cache, 'tmp'), { recursive: true });
  const path = mkdtempSync(join(cache, `tmp/rpm-test-${name}-`));
  made.push(path);
  return absolutePath(path);
}

export function cleanUp(): void {
  for (const path of made) rmSync(path, { recursive: true, force: true });
}
