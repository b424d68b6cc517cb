import type { PackageIdentity } from '../../model/packages.ts';
import type { Sys } from '../../model/sys.ts';
import type { Fetched, Resolution } from '../driver.ts';
import { hashOf } from './digest.ts';

/** The packages as the manager has chosen them; undefined where it vouches for some without naming their digests. */
export function resolvedIdentities({
  archives,
}: Resolution): readonly PackageIdentity[] | undefined {
  const identities: PackageIdentity[] = [];
  for (const { name, version, architecture, origin, digest } of archives) {
    // An archive that is to be made of installed files is not there yet.
    if (digest === undefined || origin === 'installed') return undefined;
    identities.push({
      ...{ name, version, architecture },
      origin: 'archive',
      digest: `${digest.algorithm}:${digest.hex}`,
    });
  }
  return identities;
}

/** The packages as they lie in the workspace. */
export function fetchedIdentities(sys: Sys, { archives }: Fetched): readonly PackageIdentity[] {
  return archives.map(({ name, version, architecture, origin, digest, path }) => ({
    ...{ name, version, architecture },
    origin: origin === 'installed' ? 'installed' : 'archive',
    digest:
      digest === undefined
        ? `sha256:${hashOf(sys, path, 'sha256')}`
        : `${digest.algorithm}:${digest.hex}`,
  }));
}
