import { absolutePath } from '../../../src/model/brands.ts';
import type { Reasoned } from '../../../src/model/plan.ts';
import type { PackageRequest } from '../../../src/model/package-request.ts';

/** A request for systemd with nothing special about it, but for what is given. */
export function requestFor(
  plan: Partial<PackageRequest['plan']> = {},
  rest: Partial<Omit<PackageRequest, 'plan'>> = {},
): PackageRequest {
  return {
    plan: {
      manager: 'apt',
      install: reasoned('systemd'),
      remove: [],
      withRecommends: false,
      withDocs: false,
      offline: false,
      sources: ['cache', 'installed', 'network'],
      ...plan,
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

export function reasoned(...values: readonly string[]): readonly Reasoned[] {
  return values.map((value, index) => ({
    value,
    from: { type: 'file', file: 'test.conf', line: index + 1 },
  }));
}
