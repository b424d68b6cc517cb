import type { AbsolutePath } from '../../model/brands.ts';
import { BuildError } from '../../model/errors.ts';
import type { PackageRequest } from '../../model/package-request.ts';
import type { Sys } from '../../model/sys.ts';
import { aptPaths } from './layout.ts';

/** The directory of apt's binary caches. */
export interface AptCache {
  readonly directory: AbsolutePath;
  readonly warnings: readonly string[];
}

/** The one that is kept from build to build, or one of this build's own where that cannot be written. */
export function openCache(sys: Sys, request: PackageRequest): AptCache {
  const { cache, spareCache } = aptPaths(request);
  const obstacle = obstacleTo(sys, cache);
  if (obstacle === undefined) return { directory: cache, warnings: [] };
  sys.root(spareCache).mkdir('/', 0o755);
  return {
    directory: spareCache,
    warnings: [`Cannot use apt's cache of earlier builds, this one takes longer: ${obstacle}`],
  };
}

// Bytes; with the lists of a large distribution apt writes some hundred million.
const leastSpace = 200 * 1024 * 1024;

function obstacleTo(sys: Sys, directory: AbsolutePath): string | undefined {
  try {
    sys.root(directory).mkdir('/', 0o755);
    const obstacle = sys.cannotWrite(directory);
    if (obstacle !== undefined) return `cannot write to "${directory}": ${obstacle}`;
    const free = sys.freeSpace(directory);
    if (free >= leastSpace) return undefined;
    const [has, needs] = [free, leastSpace].map((bytes) => Math.floor(bytes / 1024 / 1024));
    return `"${directory}" has ${has} MB of free space and needs ${needs}`;
  } catch (error) {
    if (error instanceof BuildError) return error.message;
    throw error;
  }
}
