import type { PackageOrigin } from '../../model/packages.ts';
import type { PackagePlan } from '../../model/plan.ts';
import type {
  FetchedArchive,
  Found,
  Job,
  Missed,
  Nowhere,
  ResolvedArchive,
  Taken,
} from '../driver.ts';

/** A manager's way to look for an archive on this machine. */
export interface Shelves {
  fromCache(archive: ResolvedArchive): Extract<Taken, { readonly type: 'cached' }> | Missed;
  /** Writes the archive again, into the directory of archives. */
  fromInstalled(
    archive: ResolvedArchive,
  ): Extract<Taken, { readonly type: 'rebuilt' }> | Nowhere['installed'];
}

/** Takes an archive from the first source that has it. One that has to be fetched is left to be. */
export function takeArchive(
  { request, onTaken }: Pick<Job<unknown>, 'request' | 'onTaken'>,
  archive: ResolvedArchive,
  shelves: Shelves,
): Found | Nowhere {
  const answer = lookFor(request.plan, archive, shelves);
  onTaken?.();
  return answer;
}

function lookFor(
  { sources }: PackagePlan,
  archive: ResolvedArchive,
  shelves: Shelves,
): Found | Nowhere {
  let cached: Missed = { type: 'absent' };
  let installed: Nowhere['installed'] = { type: 'absent' };
  for (const source of sources) {
    switch (source) {
      case 'cache': {
        const answer = shelves.fromCache(archive);
        if (answer.type === 'cached') return { archive, taken: answer };
        cached = answer;
        break;
      }
      case 'installed': {
        const answer = shelves.fromInstalled(archive);
        if (answer.type === 'rebuilt') return { archive, taken: answer };
        installed = answer;
        break;
      }
      case 'network':
        if (archive.from.type === 'repository') return { archive, taken: { type: 'fetch' } };
        break;
      default:
        source satisfies never;
    }
  }
  return { archive, cached, installed };
}

/** The source that an archive would come from as things are now; undefined where none has it. */
export function originOf(
  { sources }: PackagePlan,
  { from }: Pick<ResolvedArchive, 'from'>,
  has: { readonly cache: () => boolean; readonly installed: () => boolean },
): PackageOrigin | undefined {
  return sources.find((source) =>
    source === 'network' ? from.type === 'repository' : has[source](),
  );
}

/** A warning for each package that was changed on the host and comes without the changed files. */
export function leftOutWarnings(
  archives: readonly Pick<FetchedArchive, 'name' | 'leftOut'>[],
  isExpected: (path: string) => boolean = () => false,
): readonly string[] {
  return archives.flatMap(({ name, leftOut }) => {
    const paths = leftOut.filter((path) => !isExpected(path)).map((path) => `"/${path}"`);
    if (paths.length === 0) return [];
    return [
      `Cannot find the packaged default of ${paths.join(', ')}, which was changed here:` +
        ` "${name}" goes into the image without it`,
    ];
  });
}
