import { absolutePath, type AbsolutePath } from '../../model/brands.ts';
import type { Sys } from '../../model/sys.ts';
import { aptPaths } from './layout.ts';
import { takeCached } from './archives.ts';
import { readInstalled, type DpkgDatabase } from './dpkg-installed.ts';
import { rebuildDeb } from './dpkg-rebuild.ts';
import type { PackageRequest, ResolvedArchive } from '../driver.ts';

/** Where an archive was found, or why no source has it. */
export type Taken =
  | { readonly type: 'cached' }
  | {
      readonly type: 'rebuilt';
      /** From the directory of archives. */
      readonly file: string;
      readonly bytes: number;
      readonly leftOut: readonly string[];
    }
  | { readonly type: 'fetch' }
  | {
      readonly type: 'nowhere';
      readonly damaged: readonly AbsolutePath[];
      readonly changed: readonly string[];
    };

/** Takes an archive from the first source that has it; one that has to be fetched is left to be. */
export function takeArchive(
  sys: Sys,
  request: PackageRequest,
  database: () => DpkgDatabase,
  archive: ResolvedArchive,
): Taken {
  let damaged: readonly AbsolutePath[] = [];
  let changed: readonly string[] = [];
  for (const source of request.plan.sources) {
    switch (source) {
      case 'cache': {
        const taken = takeCached(sys, request, archive);
        if (taken.type === 'taken') return { type: 'cached' };
        if (taken.type === 'corrupt') damaged = taken.files;
        break;
      }
      case 'installed': {
        const rebuilt = rebuild(sys, request, database(), archive);
        if (rebuilt?.type === 'rebuilt') return rebuilt;
        if (rebuilt !== undefined) changed = rebuilt.files;
        break;
      }
      case 'network':
        return { type: 'fetch' };
      default:
        source satisfies never;
    }
  }
  return { type: 'nowhere', damaged, changed };
}

// Beside apt's own archives, which it would throw away for their digest.
function rebuild(
  sys: Sys,
  request: PackageRequest,
  database: DpkgDatabase,
  archive: ResolvedArchive,
) {
  const installed = readInstalled(database, archive);
  if (installed === undefined) return undefined;
  const file = `installed/${archive.file}`;
  const target = sys.root(absolutePath(aptPaths(request).archives));
  return { ...rebuildDeb(sys, database, installed, target, file), file };
}
