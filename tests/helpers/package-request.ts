import { absolutePath } from '../../src/model/brands.ts';
import type { PackageOrigin } from '../../src/model/packages.ts';
import type { PackageRequest } from '../../src/model/package-request.ts';
import type { PackagePlan, Reasoned } from '../../src/model/plan.ts';
import { packageSources } from '../../src/plan/package-sources.ts';

/** All sources, the first choice first. */
export const allSources: readonly PackageOrigin[] = ['cache', 'installed', 'network'];

/** A request for systemd with nothing special about it, but for what is given. */
export function requestFor(
  plan: Partial<PackagePlan> = {},
  rest: Partial<Omit<PackageRequest, 'plan'>> = {},
): PackageRequest {
  return {
    plan: {
      manager: 'apt',
      install: reasoned('systemd'),
      remove: [],
      withRecommends: false,
      withDocs: false,
      ...plan,
      ...packageSources(plan.sources ?? allSources, { offline: plan.offline ?? false }),
    },
    os: {
      id: 'debian',
      idLike: [],
      name: 'Debian',
      prettyName: 'Debian',
      versionId: '13',
      versionCodename: 'trixie',
    },
    hostRoot: absolutePath('/'),
    workspace: absolutePath('/work'),
    sourceDateEpoch: undefined,
    ...rest,
  };
}

/** Values as lines of a drop-in. */
export function reasoned(...values: readonly string[]): readonly Reasoned[] {
  return values.map((value, index) => ({
    value,
    from: { type: 'file', file: 'test.conf', line: index + 1 },
  }));
}
