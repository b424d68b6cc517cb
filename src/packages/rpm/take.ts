import { absolutePath } from '../../model/brands.ts';
import type { PackageOrigin } from '../../model/packages.ts';
import type { Sys } from '../../model/sys.ts';
import type { PackageRequest, ResolvedArchive } from '../driver.ts';
import { findArchive, takeArchive } from './cache.ts';
import type { RpmFrontEnd } from './front-end.ts';
import { readInstalledRpms, type InstalledRpm } from './installed.ts';
import { rpmPaths } from './layout.ts';
import type { Unobtainable } from './problems.ts';
import { rebuildRpm } from './rebuild.ts';
import { repositoryOf } from './resolve.ts';

/** Where an archive was found, in the cache of this build, or why no source has it. */
export type Taken =
  | { readonly type: 'cached'; readonly relative: string }
  | {
      readonly type: 'rebuilt';
      readonly relative: string;
      /** Configuration files that were changed and whose packaged default is nowhere. */
      readonly leftOut: readonly string[];
    }
  | { readonly type: 'fetch' }
  | { readonly type: 'nowhere'; readonly why: Unobtainable };

export interface Found {
  readonly archive: ResolvedArchive;
  readonly taken: Taken;
}

/** Archives of a cache that are not to be used, and why. */
export type Refused = ReadonlyMap<ResolvedArchive, 'damaged' | 'unsigned'>;

/** Takes each archive from the first source that has it; one that has to be fetched is left to be. */
export async function takeArchives(
  sys: Sys,
  request: PackageRequest,
  frontEnd: RpmFrontEnd,
  archives: readonly ResolvedArchive[],
  refused: Refused,
): Promise<readonly Found[]> {
  const context = { sys, request, frontEnd, refused };
  const fromInstalled = archives.filter((archive) => sourceOf(context, archive) === 'installed');
  const installed = await readInstalledRpms(sys, request, fromInstalled);
  return archives.map((archive) => ({ archive, taken: take(context, archive, installed) }));
}

interface Context {
  readonly sys: Sys;
  readonly request: PackageRequest;
  readonly frontEnd: RpmFrontEnd;
  readonly refused: Refused;
}

/** The source that an archive will come from, if nothing is wrong there. */
function sourceOf(context: Context, archive: ResolvedArchive): PackageOrigin | undefined {
  const { sys, request, frontEnd, refused } = context;
  return request.plan.sources.find((source) => {
    if (source !== 'cache') return true;
    const host = sys.root(request.hostRoot);
    const cache = sys.root(rpmPaths(request).cache);
    return (
      !refused.has(archive) && findArchive(host, cache, frontEnd, wantedOf(archive)) !== undefined
    );
  });
}

function take(
  { sys, request, frontEnd, refused }: Context,
  archive: ResolvedArchive,
  installed: ReadonlyMap<string, InstalledRpm>,
): Taken {
  const cached = refused.get(archive) ?? 'absent';
  let state: Unobtainable['installed'] = 'absent';
  for (const source of request.plan.sources) {
    switch (source) {
      case 'cache': {
        if (cached !== 'absent') break;
        const relative = takeArchive(sys, request, frontEnd, wantedOf(archive));
        if (relative !== undefined) return { type: 'cached', relative };
        break;
      }
      case 'installed': {
        const one = installed.get(archive.name);
        if (one === undefined) break;
        const host = sys.root(request.hostRoot);
        const target = sys.root(absolutePath(rpmPaths(request).cache));
        const relative = `installed/${archive.file}`;
        const rebuilt = rebuildRpm(sys, host, archive.name, one, target, relative);
        if (rebuilt.type === 'rebuilt') return { ...rebuilt, relative };
        state = rebuilt.type === 'impossible' ? rebuilt.type : { changed: rebuilt.files };
        break;
      }
      case 'network':
        if (repositoryOf(archive) !== undefined) return { type: 'fetch' };
        break;
      default:
        source satisfies never;
    }
  }
  return { type: 'nowhere', why: { archive, cached, installed: state } };
}

function wantedOf(archive: ResolvedArchive) {
  return { repository: repositoryOf(archive), file: archive.file };
}
