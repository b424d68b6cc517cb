import { absolutePath } from '../../model/brands.ts';
import type { Sys } from '../../model/sys.ts';
import type { Fetched, PackageRequest, ResolvedArchive, Resolution } from '../driver.ts';
import { keepArchive, takeCached } from './caches.ts';
import { downloadCommand } from './commands.ts';
import { needsSignature, readPacmanConf, type PacmanHost } from './conf.ts';
import { pacmanPaths } from './layout.ts';
import { readLocal, type LocalPackage } from './local.ts';
import { parseCorrupt, unfetchable, unobtainable, type Unobtainable } from './problems.ts';
import { rebuildPackage } from './rebuild.ts';

/**
 * Brings every archive into the workspace and has pacman check digests and signatures there. A damaged one of a cache
 * is taken from the next source.
 */
export async function fetchArchives(
  sys: Sys,
  request: PackageRequest,
  { archives, warnings }: Resolution,
): Promise<Fetched> {
  const hostRoot = sys.root(request.hostRoot);
  const host = readPacmanConf(hostRoot);
  const context = { sys, request, host, local: readLocal(hostRoot, host.database) };
  const damaged = new Set<string>();
  let found = archives.map((archive) => take(context, archive, damaged));
  for (;;) {
    refuseUnobtainable(request, found);
    const corrupt = await check(context, found, damaged);
    if (corrupt.length === 0) break;
    for (const file of corrupt) damaged.add(file);
    found = found.map((each) =>
      corrupt.includes(each.archive.file) ? take(context, each.archive, damaged) : each,
    );
  }
  for (const { archive, taken } of found) {
    if (taken.type === 'fetch') await keepArchive(sys, request, archive.file);
  }
  return {
    archives: found.map(({ archive, taken }) => fetchedArchive(request, archive, taken)),
    warnings: [...warnings, ...found.flatMap(leftOutWarning)],
  };
}

interface Context {
  readonly sys: Sys;
  readonly request: PackageRequest;
  readonly host: PacmanHost;
  readonly local: ReadonlyMap<string, LocalPackage>;
}

type Taken =
  | { readonly type: 'cached' | 'fetch' }
  | {
      readonly type: 'rebuilt';
      readonly file: string;
      readonly bytes: number;
      readonly leftOut: readonly string[];
    }
  | { readonly type: 'nowhere'; readonly why: Unobtainable };

interface Found {
  readonly archive: ResolvedArchive;
  readonly taken: Taken;
}

function take(context: Context, archive: ResolvedArchive, damaged: ReadonlySet<string>): Found {
  const { sys, request, host, local } = context;
  const { name, version, file } = archive;
  let cached: Unobtainable['cached'] = damaged.has(file) ? 'damaged' : 'absent';
  let changed: readonly string[] = [];
  for (const source of request.plan.sources) {
    switch (source) {
      case 'cache': {
        // What only the installed system has is in no database that could vouch for a cached archive.
        if (damaged.has(file) || archive.location === '') break;
        const signed = needsSignature(host, archive.location.replace(/\/.*/, ''));
        const answer = takeCached(sys, request, host, file, signed);
        if (answer === 'taken') return { archive, taken: { type: 'cached' } };
        cached = answer;
        break;
      }
      case 'installed': {
        const installed = local.get(name);
        if (installed?.version !== version) break;
        const target = sys.root(pacmanPaths(request).archives);
        const rebuiltFile = `installed/${name}-${version}-${installed.architecture}.pkg.tar`;
        const hostRoot = sys.root(request.hostRoot);
        const rebuilt = rebuildPackage(
          sys,
          hostRoot,
          installed,
          host.notExtracted,
          target,
          rebuiltFile,
        );
        if (rebuilt.type === 'rebuilt')
          return { archive, taken: { ...rebuilt, file: rebuiltFile } };
        changed = rebuilt.files;
        break;
      }
      case 'network':
        if (archive.location !== '') return { archive, taken: { type: 'fetch' } };
        break;
      default:
        source satisfies never;
    }
  }
  return { archive, taken: { type: 'nowhere', why: { name, version, file, cached, changed } } };
}

function refuseUnobtainable({ plan }: PackageRequest, found: readonly Found[]): void {
  const nowhere = found.flatMap(({ taken }) => (taken.type === 'nowhere' ? [taken.why] : []));
  if (nowhere.length === 0) return;
  throw unobtainable(nowhere, plan.sources.includes('installed'));
}

/** The damaged archives of a cache; every other failure is thrown. */
async function check(
  { sys, request, host }: Context,
  found: readonly Found[],
  damaged: ReadonlySet<string>,
): Promise<readonly string[]> {
  const signed = found.filter(({ taken }) => taken.type === 'cached' || taken.type === 'fetch');
  if (signed.length === 0) return [];
  const network = signed.some(({ taken }) => taken.type === 'fetch');
  const names = signed.map(({ archive }) => archive.location);
  const ran = await sys.run(downloadCommand(request, host.keyring, names, network));
  if (ran.exitCode === 0) return [];
  const corrupt = parseCorrupt(ran).filter((file) => !damaged.has(file));
  if (corrupt.length === 0) throw unfetchable(ran, names);
  const own = sys.root(pacmanPaths(request).archives);
  for (const file of corrupt) for (const name of [file, `${file}.sig`]) own.remove(name);
  return corrupt;
}

function fetchedArchive(request: PackageRequest, archive: ResolvedArchive, taken: Taken) {
  const { archives } = pacmanPaths(request);
  if (taken.type === 'rebuilt') {
    const path = absolutePath(`${archives}/${taken.file}`);
    const size = taken.bytes;
    return { ...archive, path, size, file: taken.file, origin: 'installed', early: false } as const;
  }
  const origin = taken.type === 'fetch' ? 'network' : 'cache';
  const path = absolutePath(`${archives}/${archive.file}`);
  return { ...archive, path, origin, early: false } as const;
}

function leftOutWarning({ archive, taken }: Found): readonly string[] {
  if (taken.type !== 'rebuilt' || taken.leftOut.length === 0) return [];
  const paths = taken.leftOut.map((path) => `"/${path}"`).join(', ');
  return [
    `Cannot find the packaged default of ${paths}, which was changed here:` +
      ` "${archive.name}" goes into the image without it`,
  ];
}
